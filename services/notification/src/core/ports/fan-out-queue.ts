import type { FanOut } from '../domain/fan-out.ts';

/** A fan-out a worker holds until its lease ends. `claimId` fences: a write under a lost claim changes nothing. */
export interface ClaimedFanOut {
  readonly fanOut: FanOut;
  readonly claimId: string;
}

export interface FanOutQueue {
  /** Does nothing when this event is already queued or settled. */
  enqueue(fanOut: FanOut, dueAt: Date): Promise<void>;
  /** The next one due, now invisible to others until `leaseUntil`; null when none is due. */
  claimDue(now: Date, leaseUntil: Date): Promise<ClaimedFanOut | null>;
  postpone(claim: ClaimedFanOut, dueAt: Date): Promise<void>;
  settle(claim: ClaimedFanOut, now: Date): Promise<void>;
  /**
   * Makes due again whatever of this channel happened at or after `since` and was claimed before, even if a worker
   * holds it at this moment (that worker's claim is lost, so it cannot settle what it read too early).
   */
  reopen(channelId: string, since: Date, now: Date): Promise<void>;
  /** Forgets those settled before `before`. Returns how many. */
  prune(before: Date): Promise<number>;
}
