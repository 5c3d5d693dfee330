/** Who may see a medium that is not theirs. */
export interface MediaAccess {
  /** @throws DomainError `unavailable` when it cannot be told */
  maySee(mediaId: string, userId: string): Promise<boolean>;
}
