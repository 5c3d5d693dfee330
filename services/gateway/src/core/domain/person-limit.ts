import { takeOne } from './rate-limit.ts';
import type { RateDecision, RateLimit } from './rate-limit.ts';

/** A rate limit for each person, of whom no connection is here to keep it with. */
export class PersonLimit {
  readonly #limit: RateLimit;
  /** By user id; who asked last is last. */
  readonly #fullAt = new Map<string, number>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  take(userId: string, nowMs: number): RateDecision {
    const decision = takeOne(this.#limit, this.#fullAt.get(userId) ?? 0, nowMs);
    this.#fullAt.delete(userId);
    this.#fullAt.set(userId, decision.fullAt);
    this.#forget(nowMs);
    return decision;
  }

  /** People whose state is kept. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Of whom asked long ago: a bucket that is full again is as good as new. */
  #forget(nowMs: number): void {
    for (const [userId, fullAt] of this.#fullAt) {
      if (fullAt > nowMs) return;
      this.#fullAt.delete(userId);
    }
  }
}
