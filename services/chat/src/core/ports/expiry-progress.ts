/** A channel, and how far the expiry of its messages has come. */
export interface ExpiringChannel {
  readonly channelId: string;
  /** All messages up to this number have expired; 0: none. */
  readonly expiredUpTo: number;
}

/** Every method throws an `unavailable` DomainError when the store cannot answer. */
export interface ExpiryProgress {
  /** Channels made before `createdBefore`, in the order of their ids, those after `after`. */
  page(createdBefore: Date, after: string, limit: number): Promise<ExpiringChannel[]>;
  /** Only ever raises. */
  advance(channelId: string, expiredUpTo: number): Promise<void>;
}
