/** Messages that were deleted: nobody is told of them any more, whichever of the two events comes first. */
export interface Withdrawals {
  /** Idempotent. */
  record(messageId: string, at: Date): Promise<void>;
  isWithdrawn(messageId: string): Promise<boolean>;
}
