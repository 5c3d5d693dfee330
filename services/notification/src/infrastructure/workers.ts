import type { Logger } from '@chatplatform/kit/logger';
import { createPollingWorker } from './polling-worker.ts';
import { deliveryStep, fanOutStep, initialiseWorkerMetrics } from './worker-steps.ts';
import type { DeliveryStepDeps, FanOutStepDeps } from './worker-steps.ts';

export type WorkersDeps = Omit<FanOutStepDeps, 'onNotified'> & DeliveryStepDeps & { readonly logger: Logger };

const POLL_MS = 1_000;
const FAILURE_MS = 5_000;
const PRUNE_MS = 300_000;

/** Several replicas share the work: each piece is claimed under a lease. */
export function startWorkers(deps: WorkersDeps): { stop(): Promise<void> } {
  initialiseWorkerMetrics();
  const worker = (name: string, lanes: number, step: () => Promise<boolean>, idleMs = POLL_MS) =>
    createPollingWorker({ name, lanes, step, idleMs, failureMs: FAILURE_MS, logger: deps.logger });

  const deliveries = worker('deliveries', 4, () => deliveryStep(deps));
  const fanOuts = worker('fan-outs', 2, () => fanOutStep({ ...deps, onNotified: () => deliveries.nudge() }));
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
