import { declareCaches } from '@chatplatform/operator/caches';
import { readEnvironment } from '@chatplatform/operator/environment';
import { createPlatformReconciler } from '@chatplatform/operator/reconcile';
import { APPLIED_DIGEST } from '@chatplatform/operator/rehearsal/rehearse';
import { SnapshotCaches } from '@chatplatform/operator/rehearsal/snapshot-caches';
import { ServerSideApplier } from '@chatplatform/operator/runtime/apply/server-side-applier';
import type { ApiClient } from '@chatplatform/operator/runtime/client/types';
import { systemClock } from '@chatplatform/operator/runtime/clock';
import type { ReconcileContext } from '@chatplatform/operator/runtime/controller/types';
import { createLogger } from '@chatplatform/operator/runtime/logger';
import type { Key } from '@chatplatform/operator/runtime/object';
import { PatchedFinalizers } from '@chatplatform/operator/runtime/observe/finalizers';
import { StatusPatcher } from '@chatplatform/operator/runtime/observe/status-writer';

const logger = createLogger({ service: 'bench', level: 'silent' });

/** One platform as the operator would see and bring about, in this process. */
export interface PlatformHere {
  readonly caches: SnapshotCaches;
  /** One look of the operator's own reconcile: the same writes, by the same field managers. */
  reconcile(key: Key): Promise<void>;
}

export async function openPlatform(
  client: ApiClient,
  namespace: string,
  interrupted: AbortSignal,
): Promise<PlatformHere> {
  const caches = new SnapshotCaches(client, logger);
  declareCaches(caches, { namespace });
  await caches.load(interrupted);
  const applier = new ServerSideApplier({ client, caches, clock: systemClock, annotation: APPLIED_DIGEST });
  const reconcile = createPlatformReconciler({
    clock: systemClock,
    client,
    caches,
    apply: (desired, options) => applier.apply(desired, options),
    prune: (options) => applier.prune(options),
    events: { record: () => undefined },
    status: new StatusPatcher(client, caches),
    finalizers: new PatchedFinalizers(client, caches),
    images: {},
    environment: await readEnvironment(),
  });
  const context: ReconcileContext = {
    logger,
    signal: interrupted,
    attempt: 0,
    step: (_, run) => run(),
  };
  return {
    caches,
    reconcile: async (key) => {
      await reconcile(key, context);
    },
  };
}
