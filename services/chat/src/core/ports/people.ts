/** Who exists, as told by the events of other services; a person who registered a moment ago may be missing yet. */
export interface People {
  unknownAmong(userIds: readonly string[]): Promise<string[]>;
  /** Idempotent. */
  remember(userId: string): Promise<void>;
  /** Those who do not want others to see how far they have read. */
  hidingReceipts(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  setReceipts(userId: string, shown: boolean): Promise<void>;
}
