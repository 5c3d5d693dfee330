import { chatPlatformSchema, effectiveSpec } from '../api/index.ts';
import type { ChatPlatform, EffectiveSpec } from '../api/index.ts';
import { CHAT_PLATFORM } from '../caches.ts';
import { checkSpec } from '../checks/checks.ts';
import type { Finding } from '../checks/finding.ts';
import { checkSubject } from '../checks/subject.ts';
import type { ClusterDns, Environment } from '../environment.ts';
import type { ImageOverrides } from '../platform/images.ts';
import { KINDS } from '../platform/kinds.ts';
import { LABEL } from '../platform/labels.ts';
import { platformKeyOf } from '../platform/observed.ts';
import type { ClusterFacts } from '../platform/model.ts';
import type { Kind, Observed } from '../platform/observed.ts';
import { missingReferences, referencesOf } from '../platform/references.ts';
import type { MissingReference, References } from '../platform/references.ts';
import { secretValues } from '../platform/secrets/credentials.ts';
import { ApiError, TerminalError, isNotFound, keyFor, parseKey } from '../runtime/index.ts';
import type { KubeObject, Key, ResourceRef, Toolbox } from '../runtime/index.ts';

export interface Dependencies extends Toolbox {
  readonly images: ImageOverrides;
  readonly environment: Environment;
}

/** Everything a decision needs to know, read before any is made. */
export interface Facts {
  readonly key: Key;
  /** As stored: what events, ownership and status are attached to. */
  readonly object: KubeObject;
  readonly platform: ChatPlatform;
  readonly spec: EffectiveSpec;
  readonly observed: Observed;
  readonly references: References;
  readonly missing: readonly MissingReference[];
  readonly nodeAddress: string | undefined;
  readonly dns: ClusterDns;
  readonly serves: ClusterFacts['serves'];
  /** What is wrong with the spec, or unwise, beyond what the schema says. */
  readonly findings: readonly Finding[];
  /** Wall time of this look, ms since the epoch. */
  readonly now: number;
  readonly operatorVersion: string;
}

const NODES: ResourceRef = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };

/** Checked although the API server has done so: the CRD in the cluster may be another version's. */
function parse(object: KubeObject): ChatPlatform {
  const result = chatPlatformSchema.safeParse(object);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new TerminalError('InvalidSpec', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** What the caches hold of one platform: read when it is asked for, since a decision looks at little of it. */
export function observe({ caches }: Pick<Toolbox, 'caches'>, key: Key): Observed {
  const { namespace, name: platform } = parseKey(key);
  const labelled = (kind: Kind, labels: Record<string, string> = {}) =>
    caches.of(kind).list({ namespace, labels: { [LABEL.instance]: platform, ...labels } });
  return {
    get: (kind, name) => {
      const object = caches.of(kind).get(keyFor({ namespace, name }));
      return object !== undefined && platformKeyOf(object).includes(key) ? object : undefined;
    },
    all: (kind) => labelled(kind),
    ofComponent: (kind, component) => labelled(kind, { [LABEL.component]: component }),
  };
}

export function ownedObjects(toolbox: Pick<Toolbox, 'caches'>, key: Key): KubeObject[] {
  const { all } = observe(toolbox, key);
  return Object.values(KINDS).flatMap((kind) => all(kind));
}

/** Foreign Secrets are read one by one, by name, and forgotten: none is cached. */
async function readReferences(
  { client }: Dependencies,
  namespace: string,
  names: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<References> {
  const read = async (name: string): Promise<[string, Record<string, string>][]> => {
    try {
      return [[name, secretValues(await client.get(KINDS.secret, { namespace, name }, { signal }))]];
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  };
  const found = await Promise.all([...names].map(read));
  return new Map(found.flat());
}

interface NodeAddresses {
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

const isForbidden = (error: unknown) => error instanceof ApiError && error.status === 403;

/** An address for people: the external one of any node, else an internal one. Only where nothing else gives the URL. */
async function readNodeAddress(
  { client }: Dependencies,
  { hostname, exposure }: EffectiveSpec,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (exposure.type !== 'NodePort' || hostname !== undefined || exposure.url !== undefined) return undefined;
  const items = await client.list(NODES, { limit: 20, signal }).then(
    (page) => page.items,
    (error: unknown) => {
      // Not every installation may look at nodes: then a hostname has to be set, and the condition says so.
      if (isForbidden(error)) return [];
      throw error;
    },
  );
  const addresses = items.flatMap((node) => (node as unknown as NodeAddresses).status?.addresses ?? []);
  const first = (type: string) => addresses.find((address) => address.type === type)?.address;
  return first('ExternalIP') ?? first('InternalIP');
}

/** Outside a cluster (development) the DNS Service is asked for by its customary name. */
async function readDns({ client, environment }: Dependencies, signal: AbortSignal): Promise<ClusterDns> {
  if (environment.dns !== undefined) return environment.dns;
  const fallback = { server: '10.96.0.10', domain: 'cluster.local' };
  try {
    const service = await client.get(
      KINDS.service,
      { namespace: 'kube-system', name: 'kube-dns' },
      { signal },
    );
    const { clusterIP } = service['spec'] as { clusterIP?: string };
    return { ...fallback, server: clusterIP ?? fallback.server };
  } catch (error) {
    // In an installation for one namespace others may not be looked into; its Pod knows its DNS by itself.
    if (isNotFound(error) || isForbidden(error)) return fallback;
    throw error;
  }
}

/** The checks of the webhook, for platforms that were stored without it. */
function judge(
  { caches, environment }: Dependencies,
  { metadata: { name, namespace }, spec: written, status }: ChatPlatform,
  { metadata: { creationTimestamp: createdAt } }: KubeObject,
): readonly Finding[] {
  const subject = checkSubject(
    { name, namespace, createdAt, written, status },
    { platforms: () => caches.of(CHAT_PLATFORM).list(), operatorVersion: environment.version },
  );
  return checkSpec(subject);
}

/** Reads all there is to know of one platform. @throws TerminalError when its spec cannot be understood */
export async function gather(
  dependencies: Dependencies,
  object: KubeObject,
  signal: AbortSignal,
): Promise<Facts> {
  const platform = parse(object);
  const { name, namespace } = platform.metadata;
  const spec = effectiveSpec(platform.spec, dependencies.environment.version);
  const wanted = referencesOf({ name, spec });
  const [references, nodeAddress, dns] = await Promise.all([
    readReferences(dependencies, namespace, new Set(wanted.map(({ secret }) => secret)), signal),
    readNodeAddress(dependencies, spec, signal),
    readDns(dependencies, signal),
  ]);
  const key = keyFor({ namespace, name });
  return {
    key,
    object,
    platform,
    spec,
    observed: observe(dependencies, key),
    references,
    missing: missingReferences(wanted, references),
    nodeAddress,
    dns,
    // A kind that comes later is noticed at the next resync.
    serves: {
      podMonitor: dependencies.caches.of(KINDS.podMonitor).isServed(),
      prometheusRule: dependencies.caches.of(KINDS.prometheusRule).isServed(),
    },
    findings: judge(dependencies, platform, object),
    now: dependencies.clock.now(),
    operatorVersion: dependencies.environment.version,
  };
}
