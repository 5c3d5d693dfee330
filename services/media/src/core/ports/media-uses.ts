/** Who shows media to people. */
export interface MediaUses {
  /**
   * Which of these are shown somewhere.
   * @throws DomainError `unavailable` when it cannot be told
   */
  shown(mediaIds: readonly string[]): Promise<ReadonlySet<string>>;
}
