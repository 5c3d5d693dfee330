import { z } from 'zod';
import { defined } from '../defined.ts';
import { KINDS } from '../platform/kinds.ts';
import { LABEL } from '../platform/labels.ts';
import { CREDENTIALS_COMPONENT } from '../platform/secrets/credentials.ts';
import { STAGES } from '../platform/rollout.ts';
import { describeObject, isBeingDeleted, isNotFound, keyOf } from '../runtime/index.ts';
import type { KubeObject, Toolbox } from '../runtime/index.ts';
import { ownedObjects } from './gather.ts';

const STORES: ReadonlySet<string> = new Set([
  ...(STAGES.find(({ name }) => name === 'stores')?.components ?? []).map(({ name }) => name),
  // Objects of the sql component bear the name of its server.
  'sqlserver',
]);

const componentOf = ({ metadata }: KubeObject) => metadata.labels?.[LABEL.component] ?? '';

const isClaim = ({ kind }: KubeObject) => kind === KINDS.persistentVolumeClaim.kind;

/** What outlives the platform under policy Retain: volumes, and the passwords that open them. */
const isRetainable = (object: KubeObject) => isClaim(object) || componentOf(object) === CREDENTIALS_COMPONENT;

/** Pods go with what made them: deleting them as well would only hurry them. */
const isDeletable = ({ kind }: KubeObject) => kind !== KINDS.pod.kind;

export interface Removal {
  /** Delete these now. */
  readonly next: readonly KubeObject[];
  /** Wait for these to be gone; with none, the platform is. */
  readonly remaining: readonly KubeObject[];
}

/**
 * What to take away next, in waves: first what people and events come through, so that it drains while its stores
 * still answer; then the stores and everything else; the volumes last, when nothing writes to them any more.
 */
export function decideRemoval(owned: readonly KubeObject[], policy: 'Retain' | 'Delete'): Removal {
  const doomed = owned.filter((object) => policy === 'Delete' || !isRetainable(object));
  const isStore = (object: KubeObject) => STORES.has(componentOf(object));
  const running = (object: KubeObject) =>
    [KINDS.pod.kind, KINDS.deployment.kind, KINDS.statefulSet.kind, KINDS.job.kind].some(
      (kind) => kind === object.kind,
    );
  const waves = [
    doomed.filter((object) => running(object) && !isStore(object)),
    doomed.filter((object) => !isRetainable(object)),
    doomed,
  ];
  const wave = waves.find((objects) => objects.length > 0) ?? [];
  return {
    next: wave.filter((object) => isDeletable(object) && !isBeingDeleted(object)),
    remaining: doomed,
  };
}

const policySchema = z.object({
  spec: z.object({ storage: z.object({ policy: z.enum(['Retain', 'Delete']) }) }),
});

/** Of a spec that may not be understood otherwise: a mistake in it must neither hold up a deletion nor cost data. */
const policyOf = (object: KubeObject) => policySchema.safeParse(object).data?.spec.storage.policy ?? 'Retain';

/** What a deletion waits for. */
export interface RemovalProgress {
  /** Names the object, and what holds it when that is known. */
  readonly message: string;
  /** It has been waited for longer than anything takes that goes well: a person should look. */
  readonly stuck: boolean;
}

/** Longer than any grace period of ours, and than a volume takes to be let go of. */
const STUCK_AFTER_MS = 300_000;

const terminatingSince = ({ metadata }: KubeObject) =>
  metadata.deletionTimestamp === undefined ? Infinity : Date.parse(metadata.deletionTimestamp);

/** Why an object that is deleted is still there. */
function heldBy(object: KubeObject): string {
  const { finalizers = [] } = object.metadata;
  if (finalizers.length > 0)
    return `held by finalizer ${finalizers.join(', ')}, whose controller has to let go of it`;
  if (object.kind !== KINDS.pod.kind) return 'being deleted';
  const { nodeName } = (object['spec'] ?? {}) as { nodeName?: string };
  return `its containers are being stopped${nodeName === undefined ? '' : ` by node ${nodeName}`}`;
}

/** What of the doomed has been going the longest, and why it is not gone; undefined when nothing is left. */
export function describeRemaining(
  remaining: readonly KubeObject[],
  now: number,
): RemovalProgress | undefined {
  const [slowest] = [...remaining].sort((a, b) => terminatingSince(a) - terminatingSince(b));
  if (slowest === undefined) return undefined;
  const { deletionTimestamp } = slowest.metadata;
  const state = deletionTimestamp === undefined ? '' : ` (${heldBy(slowest)}, since ${deletionTimestamp})`;
  return {
    message: `waits for ${remaining.length} objects to go, first for ${describeObject(slowest)}${state}`,
    stuck: now - terminatingSince(slowest) >= STUCK_AFTER_MS,
  };
}

/** Deletes the next wave. Answers what is still there; undefined when nothing is. */
export async function remove(
  dependencies: Toolbox,
  platform: KubeObject,
  signal: AbortSignal,
): Promise<RemovalProgress | undefined> {
  const owned = ownedObjects(dependencies, keyOf(platform));
  const { next, remaining } = decideRemoval(owned, policyOf(platform));
  for (const object of next) {
    const { name, namespace = '', uid } = object.metadata;
    try {
      await dependencies.client.delete(
        dependencies.caches.of(object).resource,
        { namespace, name },
        { signal, ...defined({ uid }) },
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return describeRemaining(remaining, dependencies.clock.now());
}
