import type { BackoffPolicy } from '../core/backoff.ts';
import type { Clock } from '../edge/clock.ts';
import type { Requests } from '../edge/wire.ts';
import type { Store } from '../store.ts';

/** What the loops that keep client and server in step share. */
export interface LoopDeps {
  readonly store: Store;
  readonly requests: Requests;
  readonly clock: Clock;
  /** 0 <= x < 1 */
  readonly random: () => number;
}

/** Of what is tried again while the connection holds. */
export const RETRY: BackoffPolicy = { firstMs: 500, longestMs: 15_000 };
