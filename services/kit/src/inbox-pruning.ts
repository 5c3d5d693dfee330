import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import { startPeriodic } from './periodic.ts';
import type { Periodic } from './periodic.ts';

/** Rows that one statement deletes at most. */
export const PRUNE_BATCH = 5_000;

/** Longer than an event can be late: while the broker was away, or among the dead letters until somebody replayed it. */
export const INBOX_KEPT_MS = 90 * 24 * 3_600_000;
const INTERVAL_MS = 3_600_000;

/**
 * Keeps the inbox of an SQL store from growing for ever: every hour, and not at the start alone, forgets what was done
 * 90 days ago. (In MongoDB an index of `createInboxIndex` does it.)
 */
export const startInboxPruning = ({
  prune,
  clock,
  logger,
  intervalMs = INTERVAL_MS,
}: {
  readonly prune: (before: Date) => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs?: number;
}): Periodic =>
  startPeriodic({
    name: 'forgetting old inbox entries',
    logger,
    intervalMs,
    async run() {
      const forgotten = await prune(new Date(clock.now().getTime() - INBOX_KEPT_MS));
      if (forgotten > 0) logger.info({ forgotten }, 'old inbox entries were forgotten');
    },
  });
