import { effectiveSpec, type ChatPlatformSpec } from '@chatplatform/operator/api/index';
import { systemEntropy } from '@chatplatform/operator/environment';
import { allOn, imagesFor } from '@chatplatform/operator/platform/images';
import { KINDS } from '@chatplatform/operator/platform/kinds';
import { LABEL } from '@chatplatform/operator/platform/labels';
import type { Platform } from '@chatplatform/operator/platform/model';
import { observedFrom } from '@chatplatform/operator/platform/observed';
import { COMPONENTS } from '@chatplatform/operator/platform/rollout';
import { decideCredentials } from '@chatplatform/operator/platform/secrets/credentials';
import type { KubeObject, ResourceRef } from '@chatplatform/operator/runtime/object';
import { createNamespaces } from '../subject/platforms.ts';
import type { ScenarioContext } from './scenario.ts';

/** Requests at once that are tried: the best of them is the ceiling. */
const WIDTHS = [8, 16, 32];
/** Namespaces that are filled at most with one width: more than an API server on two processors gets through. */
const MOST_NAMESPACES = 100;

const resources: ReadonlyMap<string, ResourceRef> = new Map(
  Object.values<ResourceRef>(KINDS).map((kind) => [kind.kind, kind]),
);

/** What the operator sends for one platform, as its pure functions say. */
function manifestsOf(given: Record<string, unknown>): KubeObject[] {
  const spec = effectiveSpec(given as ChatPlatformSpec, '0.1.0');
  const versions = allOn(spec.version);
  const images = imagesFor(versions, {});
  const platform: Platform = {
    name: 'ceiling',
    namespace: 'ceiling',
    spec,
    versions,
    images,
    migration: { version: spec.version, phase: 'all', images },
    volumes: new Map(),
    cluster: {
      dnsServer: '10.96.0.10',
      dnsDomain: 'cluster.local',
      serves: { podMonitor: false, prometheusRule: false },
      nodeAddress: '192.0.2.1',
    },
    credentials: decideCredentials(undefined, systemEntropy).credentials,
    rotating: new Set(),
    references: new Map(),
    missing: [],
    url: 'http://192.0.2.1:30080',
  };
  return COMPONENTS.flatMap((component) => component.desired(platform, observedFrom([]))).map(asleep);
}

/** Without Pods, whose own writes would be measured, and without the label that the operator watches. */
function asleep(object: KubeObject): KubeObject {
  const { [LABEL.managedBy]: _, ...labels } = object.metadata.labels ?? {};
  const spec = object['spec'];
  const stopped =
    object.kind === KINDS.job.kind
      ? { suspend: true }
      : object.kind === KINDS.deployment.kind || object.kind === KINDS.statefulSet.kind
        ? { replicas: 0 }
        : undefined;
  return {
    ...object,
    metadata: { ...object.metadata, labels },
    ...(stopped && { spec: { ...(spec as object), ...stopped } }),
  };
}

/**
 * Writes a second that the API server takes: the manifests of platforms, server-side applied by so many requests at once,
 * with nothing to decide and nothing to wait for.
 */
export async function measureCeiling(context: ScenarioContext): Promise<number> {
  const manifests = manifestsOf(context.spec);
  const rates: number[] = [];
  for (const width of WIDTHS) {
    context.report(`ceiling, ${width} requests at once`);
    rates.push(await rateOf(manifests, width, context));
  }
  return Math.max(...rates);
}

async function rateOf(
  manifests: readonly KubeObject[],
  width: number,
  { cluster, options, interrupted }: ScenarioContext,
): Promise<number> {
  const namespaces = Array.from({ length: MOST_NAMESPACES }, (_, index) => `ceiling-${width}-${index + 1}`);
  await createNamespaces(cluster, namespaces);
  const pending = inNamespaces(manifests, namespaces);
  const before = await cluster.writesServed();
  const start = performance.now();
  const until = start + options.ceilingSeconds * 1000;
  const work = async (): Promise<void> => {
    while (performance.now() < until) {
      interrupted.throwIfAborted();
      const { value: object } = pending.next() as IteratorResult<KubeObject, undefined>;
      if (object === undefined) return;
      const resource = resources.get(object.kind);
      if (resource === undefined) throw new Error(`${object.kind} is no kind of a platform`);
      await cluster.client.apply(resource, object, { fieldManager: 'bench', force: true });
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  const seconds = (performance.now() - start) / 1000;
  const rate = ((await cluster.writesServed()) - before) / seconds;
  await removeServices(namespaces, cluster);
  return rate;
}

/**
 * For each address that it hands out, Kubernetes counts all that there are: those of the plain writer would make every
 * Service dearer that the operator makes after it.
 */
async function removeServices(
  namespaces: readonly string[],
  { client }: ScenarioContext['cluster'],
): Promise<void> {
  const waiting = namespaces.values();
  const work = async (): Promise<void> => {
    for (const namespace of waiting) {
      const { items } = await client.list(KINDS.service, { namespace });
      for (const { metadata } of items)
        await client.delete(KINDS.service, { namespace, name: metadata.name });
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

/** The manifests for one namespace after the other: each is handed out once, to whoever asks next. */
function* inNamespaces(
  manifests: readonly KubeObject[],
  namespaces: readonly string[],
): Generator<KubeObject> {
  for (const namespace of namespaces) {
    for (const object of manifests) yield { ...object, metadata: { ...object.metadata, namespace } };
  }
}
