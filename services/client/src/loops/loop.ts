import type { BackoffPolicy } from '../core/backoff.ts';
import type { Clock } from '../edge/clock.ts';
import type { Connection } from '../edge/connection.ts';
import type { Store } from '../store.ts';

/** What the loops that keep client and server in step share. */
export interface LoopDeps {
  readonly store: Store;
  readonly connection: Pick<Connection, 'request'>;
  readonly clock: Clock;
  /** 0 <= x < 1 */
  readonly random: () => number;
}

/** Of what is tried again while the connection holds. */
export const RETRY: BackoffPolicy = { firstMs: 500, longestMs: 15_000 };
