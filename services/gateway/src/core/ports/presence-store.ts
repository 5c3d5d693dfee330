export interface PresenceEntry {
  readonly userId: string;
  readonly socketId: string;
}

/**
 * Who is connected, on whatever gateway. Every method throws DomainError `unavailable` while the store is away;
 * entries are not lost by that, they are renewed.
 */
export interface PresenceStore {
  /** @returns true when the person had no other connection */
  add(entry: PresenceEntry): Promise<boolean>;
  renew(entries: readonly PresenceEntry[]): Promise<void>;
  /** @returns true when it was the person's last connection */
  remove(entry: PresenceEntry): Promise<boolean>;
  onlineAmong(userIds: readonly string[]): Promise<ReadonlySet<string>>;
}
