import type { Clock } from '@chatplatform/kit/clock';
import type { Logger } from '@chatplatform/kit/logger';
import { startPeriodic } from '@chatplatform/kit/periodic';
import { expireMessages } from '../core/commands/expire-messages.ts';
import type { ExpireMessagesDeps } from '../core/commands/expire-messages.ts';

/** A run ends, however much there is: the process may be asked to stop. */
const LIMIT = 20_000;

/** Deletes at intervals the messages that are older than asked. @returns what stops it */
export function startExpirySweep(
  deps: ExpireMessagesDeps & { readonly clock: Clock },
  {
    maxAgeMs,
    intervalMs,
    logger,
  }: { readonly maxAgeMs: number; readonly intervalMs: number; readonly logger: Logger },
): () => Promise<void> {
  let stopped = false;
  const sweep = startPeriodic({
    name: 'the expiry of messages',
    logger,
    intervalMs,
    run: async () => {
      const cutoff = new Date(deps.clock.now().getTime() - maxAgeMs);
      const pause = async (milliseconds: number): Promise<void> => {
        if (stopped) throw new Error('stopping: the next run goes on');
        await deps.pause(milliseconds);
      };
      const expired = await expireMessages({ ...deps, pause }, { cutoff, limit: LIMIT });
      if (expired > 0) logger.info({ expired, cutoff }, 'deleted messages that are older than asked');
    },
  });
  return () => {
    stopped = true;
    return sweep.stop();
  };
}
