import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import type { KubeObject } from '@chatplatform/operator/runtime/object';
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

const WITHOUT_ADDRESS = { clusterIP: 'None', ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'] };

/**
 * Makes those Services without an address, before the operator's part does, which sets none. For each address that it hands
 * out, Kubernetes counts all that there are, twice: with 25,000 of them that alone would take longer than all else.
 */
async function makeHeadless(
  { services }: Model,
  { client }: Pick<BenchCluster, 'client'>,
  rewriting: Rewriting,
): Promise<void> {
  const headless = ({ apiVersion, kind, metadata: { name, namespace = '', labels = {} } }: KubeObject) =>
    rewriting.of({ apiVersion, kind, metadata: { name, namespace, labels }, spec: WITHOUT_ADDRESS });
  await Promise.all(services.map((service) => client.create(KINDS.service, headless(service))));
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
  const rewriting = new Rewriting([
    [model.plan.namespace, plan.namespace],
    [model.plan.name, plan.name],
  ]);
  await makeHeadless(model, cluster, rewriting);
  const { caches, reconcile } = await openPlatform(client, plan.namespace, interrupted);
  // As one that has served before: so no stage of it waits for the one before.
  const { version } = model.platform['status'] as { version: unknown };
  caches.of(CHAT_PLATFORM).upsert({ ...created, status: { version } });
  await reconcile(key);
  // Its public URL is known when its Service has a port, and stands in much that is its own.
  await reconcile(key);
  await serve(model, { client, caches, rewriting });
  await reconcile(key);
  const done = caches.of(CHAT_PLATFORM).get(key);
  if (done === undefined || !isReady(done))
    throw new Error(`${key} is not ready: ${JSON.stringify(done?.['status'])}`);
}
