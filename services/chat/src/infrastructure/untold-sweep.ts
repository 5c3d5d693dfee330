import type { Clock } from '@chatplatform/kit/clock';
import type { Logger } from '@chatplatform/kit/logger';
import { startPeriodic } from '@chatplatform/kit/periodic';
import { tellUntold } from '../core/commands/announce/tell-untold.ts';
import type { TellUntoldDeps } from '../core/commands/announce/tell-untold.ts';

const INTERVAL_MS = 5_000;
/** Longer than it takes to tell of what was stored: whoever stored it may be gone. */
const GRACE_MS = 2_000;

/** Tells at intervals of what another process could not. @returns what stops it */
export function startUntoldSweep(
  deps: TellUntoldDeps & { readonly clock: Clock },
  logger: Logger,
): () => Promise<void> {
  const sweep = startPeriodic({
    name: 'the sweep of entries that nobody was told of',
    logger,
    intervalMs: INTERVAL_MS,
    run: async () => {
      const told = await tellUntold(deps, new Date(deps.clock.now().getTime() - GRACE_MS));
      if (told > 0) logger.info({ told }, 'told the gateways of entries that they may not have heard of');
    },
  });
  return () => sweep.stop();
}
