import type { Clock } from '@chatplatform/kit/clock';
import { isTransient, toError } from '@chatplatform/kit/errors';
import type { Logger } from '@chatplatform/kit/logger';
import { completeAbandonedCreations } from '../core/commands/complete-creation.ts';
import type { CompleteCreationDeps } from '../core/commands/complete-creation.ts';

const INTERVAL_MS = 15_000;
/** Longer than a creation takes: its creator is not still at it. */
const ABANDONED_AFTER_MS = 30_000;

/** Completes at intervals the channels whose creator died half-way. @returns what stops it */
export function startCreationSweep(
  deps: CompleteCreationDeps & { readonly clock: Clock },
  logger: Logger,
): () => Promise<void> {
  let running = Promise.resolve();
  const sweep = async (): Promise<void> => {
    try {
      const begunBefore = new Date(deps.clock.now().getTime() - ABANDONED_AFTER_MS);
      const completed = await completeAbandonedCreations(deps, begunBefore);
      if (completed > 0) logger.info({ completed }, 'completed channels that were left half created');
    } catch (error) {
      if (isTransient(error)) logger.debug({ err: toError(error) }, 'creation sweep: the store is away');
      else logger.error({ err: toError(error) }, 'creation sweep failed');
    }
  };
  const timer = setInterval(() => {
    running = running.then(sweep);
  }, INTERVAL_MS);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
