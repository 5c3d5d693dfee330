import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { keyOfPlan, createNamespaces, type PlatformPlan, platformObject } from '../subject/platforms.ts';
import { isReady } from '../subject/ready-watch.ts';
import type { BenchCluster } from '../cluster/cluster.ts';
import { readModel, type Model } from './model.ts';
import { openPlatform } from './reconcile-here.ts';
import { Rewriting } from './rewriting.ts';
import { serve } from './serve.ts';

/** Platforms written at once: enough to keep the API server busy. */
const AT_ONCE = 6;

export interface Filling {
  readonly cluster: Pick<BenchCluster, 'client'>;
  readonly spec: Record<string, unknown>;
  readonly interrupted: AbortSignal;
  /** After which no further platform is begun, as `performance.now()` counts. */
  readonly until: number;
  readonly report: (made: number) => void;
}

/**
 * Makes platforms that are at rest, after one that is. What is the operator's to write is written by the operator's own
 * reconcile, run here; what is the controllers' and the node's to write, after the model. No operator and no controller
 * may run meanwhile.
 * @returns how many were made: the first so many of `plans`
 */
export async function fill(
  modelPlan: PlatformPlan,
  plans: readonly PlatformPlan[],
  filling: Filling,
): Promise<number> {
  const model = await readModel(filling.cluster.client, modelPlan);
  const waiting = plans.values();
  let made = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < filling.until) {
      const { value: plan } = waiting.next();
      if (plan === undefined) return;
      filling.interrupted.throwIfAborted();
      await copyPlatform(model, plan, filling);
      made += 1;
      filling.report(made);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return made;
}

async function copyPlatform(
  model: Model,
  plan: PlatformPlan,
  { cluster, spec, interrupted }: Filling,
): Promise<void> {
  const { client } = cluster;
  const key = keyOfPlan(plan);
  await createNamespaces(cluster, [plan.namespace]);
  const object = platformObject(plan, spec);
  const { finalizers = [] } = model.platform.metadata;
  const created = await client.create(CHAT_PLATFORM, {
    ...object,
    metadata: { ...object.metadata, finalizers },
  });
  const { caches, reconcile } = await openPlatform(client, plan.namespace, interrupted);
  // As one that has served before: so no stage of it waits for the one before.
  const { version } = model.platform['status'] as { version: unknown };
  caches.of(CHAT_PLATFORM).upsert({ ...created, status: { version } });
  await reconcile(key);
  // Its public URL is known when its Service has a port, and stands in much that is its own.
  await reconcile(key);
  const rewriting = new Rewriting([
    [model.plan.namespace, plan.namespace],
    [model.plan.name, plan.name],
  ]);
  await serve(model, { client, caches, rewriting });
  await reconcile(key);
  const done = caches.of(CHAT_PLATFORM).get(key);
  if (done === undefined || !isReady(done))
    throw new Error(`${key} is not ready: ${JSON.stringify(done?.['status'])}`);
}
