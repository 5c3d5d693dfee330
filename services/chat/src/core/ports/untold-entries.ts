/**
 * Entries that the gateways may not have been told of. One whose event still waits in the outbox may be untold too, and is
 * not kept here as well. Every method throws an `unavailable` DomainError when the store cannot answer.
 */
export interface UntoldEntries {
  /** For whoever looks next: this process could not tell of them. */
  remember(entryIds: readonly string[]): Promise<void>;
  /** Those that are untold since before this moment, the oldest first. */
  find(before: Date, limit: number): Promise<string[]>;
  /** They are told. */
  forget(entryIds: readonly string[]): Promise<void>;
}
