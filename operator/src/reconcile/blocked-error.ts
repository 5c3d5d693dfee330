/** Something a person has to put right; the reconcile goes on looking, and shows it in status meanwhile. */
export class BlockedError extends Error {
  /** CamelCase, for conditions and events. */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.name = 'BlockedError';
    this.reason = reason;
  }
}
