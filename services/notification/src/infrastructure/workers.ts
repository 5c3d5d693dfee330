import type { Clock } from '@chatplatform/kit/clock';
import { toError } from '@chatplatform/kit/errors';
import type { Logger } from '@chatplatform/kit/logger';
import { createPollingWorker } from './polling-worker.ts';
import { deliveryStep, fanOutStep, initialiseWorkerMetrics } from './worker-steps.ts';
import type { DeliveryStepDeps, FanOutStepDeps } from './worker-steps.ts';

export type WorkersDeps = Omit<FanOutStepDeps, 'onNotified' | 'onPresenceError'> &
  DeliveryStepDeps & { readonly logger: Logger };

const POLL_MS = 1_000;
const FAILURE_MS = 5_000;
const PRUNE_MS = 300_000;
const PRESENCE_WARNING_MS = 30_000;

/** Several replicas share the work: each piece is claimed under a lease. */
export function startWorkers(deps: WorkersDeps): { stop(): Promise<void> } {
  initialiseWorkerMetrics();
  const worker = (name: string, lanes: number, step: () => Promise<boolean>, idleMs = POLL_MS) =>
    createPollingWorker({ name, lanes, step, idleMs, failureMs: FAILURE_MS, logger: deps.logger });

  const deliveries = worker('deliveries', 4, () => deliveryStep(deps));
  const onPresenceError = presenceWarning(deps);
  const fanOuts = worker('fan-outs', 2, () =>
    fanOutStep({ ...deps, onPresenceError, onNotified: () => deliveries.nudge() }),
  );
  const pruning = worker(
    'pruning',
    1,
    async () => {
      await deps.fanOuts.prune(new Date(deps.clock.now().getTime() - deps.policy.horizonMs));
      return false;
    },
    PRUNE_MS,
  );
  const all = [deliveries, fanOuts, pruning];
  for (const each of all) each.start();
  return {
    async stop() {
      await Promise.all(all.map((each) => each.stop()));
    },
  };
}

/** Every waiting fan-out meets the same silence: it is told once a while, the counter has the rest. */
function presenceWarning({ logger, clock }: { logger: Logger; clock: Clock }): (error: unknown) => void {
  let quietUntil = 0;
  return (error) => {
    const now = clock.now().getTime();
    if (now < quietUntil) return;
    quietUntil = now + PRESENCE_WARNING_MS;
    logger.warn(
      { err: toError(error) },
      'presence cannot be asked: fan-outs wait, then everyone counts as offline',
    );
  };
}
