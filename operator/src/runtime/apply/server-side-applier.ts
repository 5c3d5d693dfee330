import { digest } from '../canonical.ts';
import type { ObjectStore } from '../cache/object-store.ts';
import type { ReflectedCaches } from '../cache/cache-set.ts';
import type { ApiClient } from '../client/types.ts';
import type { Clock } from '../clock.ts';
import { isConflict, isNotFound } from '../errors.ts';
import {
  controllerOf,
  controllerReference,
  describeObject,
  gvk,
  isBeingDeleted,
  keyOf,
  type KubeObject,
  type NamespacedName,
} from '../object.ts';
import { withSpan } from '../tracing.ts';
import { includesDesired, projection } from './compare.ts';
import {
  conflictsOf,
  FieldConflictError,
  ForeignObjectError,
  isDrift,
  withoutFields,
  type FieldConflict,
} from './conflicts.ts';
import { declares, handOverManager, manifestOf, valueAt } from './hand-over.ts';
import type { Applier, ApplyOptions, ApplyOutcome, PruneOptions } from './types.ts';

export interface ServerSideApplierOptions {
  client: ApiClient;
  caches: ReflectedCaches;
  clock: Clock;
  /** Annotation that holds the digest of what was applied last: `<domain>/applied-digest`. */
  annotation: string;
}

/**
 * How the API server stored what we applied last, where that is not what we sent: its own spelling, or fields that were
 * left to others. Few objects are like that, so few are remembered.
 */
interface Settled {
  appliedDigest: string;
  storedDigest: string;
  conflicts: readonly FieldConflict[];
  resourceVersion: string | undefined;
  /** Monotonic ms. */
  at: number;
}

const AS_WANTED = { conflicts: [] } as const satisfies Pick<Settled, 'conflicts'>;

/**
 * Who holds a field is not in the cache. So while one is left to another, a change of the object may mean that it was
 * given up, and is worth another try: at most this often, since most changes are of the status.
 */
const CONFLICT_RETRY_MS = 60_000;

interface Intent {
  manifest: KubeObject;
  appliedDigest: string;
}

const locate = ({ metadata }: KubeObject): NamespacedName => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
});

/**
 * Applies only what differs. An object is settled when
 * 1. its annotation says that the very same manifest was applied last, so we own exactly these fields, and
 * 2. these fields still hold what the API server made of them then. After a restart, when that is not known,
 *    they must hold what we want, or the manifest is sent once: the API server does not store a no-op.
 */
export class ServerSideApplier implements Applier {
  readonly #client: ApiClient;
  readonly #caches: ReflectedCaches;
  readonly #clock: Clock;
  readonly #annotation: string;
  readonly #settled = new Map<string, Settled>();
  readonly #tracked = new WeakSet<ObjectStore>();

  constructor({ client, caches, clock, annotation }: ServerSideApplierOptions) {
    this.#client = client;
    this.#caches = caches;
    this.#clock = clock;
    this.#annotation = annotation;
  }

  async apply(desired: KubeObject, options: ApplyOptions): Promise<ApplyOutcome> {
    const store = this.#caches.of(desired);
    this.#track(store);
    const intent = this.#intend(desired, options);
    const observed = store.get(keyOf(desired));
    if (observed) {
      refuseForeign(observed, options.owner);
      // What is on its way out is not worth a write; when it is gone the watch calls for a new one.
      if (isBeingDeleted(observed)) return { result: 'unchanged', object: observed, conflicts: [] };
      const settled = this.#settledAs(observed, intent);
      const { conflicts: policy = 'reclaim-edits' } = options;
      // Fields that were left to others then are left to them now only if that is still what is asked for.
      const isSettled = settled && (settled.conflicts.length === 0 || policy === 'reclaim-edits');
      if (isSettled) return { result: 'unchanged', object: observed, conflicts: settled.conflicts };
    } else {
      await this.#refuseUnseen(desired, options, store);
    }
    return withSpan('apply', { 'k8s.object': describeObject(desired) }, () =>
      this.#send(intent, options, store, observed),
    );
  }

  async prune({ owner, desired, keep = () => false, signal }: PruneOptions): Promise<KubeObject[]> {
    const { uid } = owner.metadata;
    if (uid === undefined)
      throw new TypeError(`${describeObject(owner)} has no uid: only a stored object can own`);
    const wanted = new Set(desired.map((object) => `${gvk(object)} ${keyOf(object)}`));
    const surplus = this.#caches
      .all()
      .flatMap((store) => store.controlledBy(owner, (key) => !wanted.has(`${gvk(store.resource)} ${key}`)))
      .filter((object) => !isBeingDeleted(object) && !keep(object));
    for (const object of surplus) {
      await this.#client.delete(this.#caches.of(object).resource, locate(object), {
        ...(object.metadata.uid !== undefined && { uid: object.metadata.uid }),
        ...(signal && { signal }),
      });
    }
    return surplus;
  }

  #track(store: ObjectStore): void {
    if (this.#tracked.has(store)) return;
    this.#tracked.add(store);
    store.subscribe(
      ({ type, object }) => {
        if (type === 'deleted') this.#settled.delete(object.metadata.uid ?? '');
      },
      { replay: false },
    );
  }

  #intend(desired: KubeObject, { owner, fieldManager }: ApplyOptions): Intent {
    const owned: KubeObject = owner
      ? { ...desired, metadata: { ...desired.metadata, ownerReferences: [controllerReference(owner)] } }
      : desired;
    const appliedDigest = digest([fieldManager, owned]);
    const annotations = { ...owned.metadata.annotations, [this.#annotation]: appliedDigest };
    return { manifest: { ...owned, metadata: { ...owned.metadata, annotations } }, appliedDigest };
  }

  #settledAs(
    observed: KubeObject,
    { manifest, appliedDigest }: Intent,
  ): Pick<Settled, 'conflicts'> | undefined {
    if (observed.metadata.annotations?.[this.#annotation] !== appliedDigest) return undefined;
    const settled = this.#settled.get(observed.metadata.uid ?? '');
    if (settled?.appliedDigest === appliedDigest) {
      const storedDigest = digest(projection(observed, manifest));
      return settled.storedDigest === storedDigest && !this.#mayBeResolved(settled, observed)
        ? settled
        : undefined;
    }
    return includesDesired(observed, manifest) ? AS_WANTED : undefined;
  }

  #mayBeResolved({ conflicts, resourceVersion, at }: Settled, observed: KubeObject): boolean {
    return (
      conflicts.length > 0 &&
      observed.metadata.resourceVersion !== resourceVersion &&
      this.#clock.monotonic() - at >= CONFLICT_RETRY_MS
    );
  }

  #settle(
    object: KubeObject,
    { manifest, appliedDigest }: Intent,
    conflicts: readonly FieldConflict[],
  ): void {
    const { uid = '', resourceVersion } = object.metadata;
    if (conflicts.length === 0 && includesDesired(object, manifest)) {
      this.#settled.delete(uid);
      return;
    }
    const storedDigest = digest(projection(object, manifest));
    const at = this.#clock.monotonic();
    this.#settled.set(uid, { appliedDigest, storedDigest, conflicts, resourceVersion, at });
  }

  /** The cache sees only what bears our labels; an object without them may still hold the name. */
  async #refuseUnseen(desired: KubeObject, options: ApplyOptions, store: ObjectStore): Promise<void> {
    try {
      const call = options.signal ? { signal: options.signal } : {};
      const found = await this.#client.getMetadata(store.resource, locate(desired), call);
      if (found.metadata.annotations?.[this.#annotation] !== undefined)
        return refuseForeign(found, options.owner);
      const controller = controllerOf(found);
      if (controller !== undefined && controller.uid === options.owner?.metadata.uid) return;
      throw new ForeignObjectError(desired, 'was not made by this operator');
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #send(
    intent: Intent,
    options: ApplyOptions,
    store: ObjectStore,
    observed: KubeObject | undefined,
  ): Promise<ApplyOutcome> {
    if (observed) await this.#handOver(intent.manifest, options, store, observed);
    const { answer, conflicts } = await this.#sendPolitely(intent.manifest, options, store, observed);
    const object = store.remember(answer.object);
    this.#settle(object, intent, conflicts);
    if (answer.created) return { result: 'created', object, conflicts };
    const moved = object.metadata.resourceVersion !== observed?.metadata.resourceVersion;
    return { result: moved ? 'configured' : 'unchanged', object, conflicts };
  }

  /** Passes on what we declare and are about to give up: for the API server, what nobody declares is not there. */
  async #handOver(
    manifest: KubeObject,
    { handOver = [], fieldManager, signal }: ApplyOptions,
    { resource }: ObjectStore,
    observed: KubeObject,
  ): Promise<void> {
    const wasSet = (path: string) =>
      valueAt(observed, path) !== undefined && valueAt(manifest, path) === undefined;
    const candidates = handOver.filter(wasSet);
    if (candidates.length === 0) return;
    const call = signal ? { signal } : {};
    const current = await this.#client.get(resource, locate(manifest), call);
    const given = candidates.filter((path) => declares(current, fieldManager, path));
    if (given.length === 0) return;
    const by = { fieldManager: handOverManager(fieldManager), force: true, ...call };
    await this.#client.apply(resource, manifestOf(current, given), by);
  }

  async #sendPolitely(
    manifest: KubeObject,
    options: ApplyOptions,
    store: ObjectStore,
    observed: KubeObject | undefined,
  ) {
    const { resource } = store;
    const { conflicts: policy = 'reclaim-edits', fieldManager, signal } = options;
    const send = (object: KubeObject, force: boolean) =>
      this.#client.apply(resource, object, { fieldManager, force, ...(signal && { signal }) });
    try {
      return { answer: await send(manifest, policy === 'force'), conflicts: [] };
    } catch (error) {
      if (!isConflict(error)) throw error;
      const conflicts = conflictsOf(error);
      if (conflicts.length === 0) throw error;
      // Somebody made it in the moment between our look and our write, and what it holds is no drift of ours.
      if (!observed) await this.#refuseUnseen(manifest, options, store);
      if (policy === 'fail') throw new FieldConflictError(manifest, conflicts, error);
      const isOurs = ({ manager }: FieldConflict) => manager === handOverManager(fieldManager);
      const yielded = conflicts.filter((conflict) => !isDrift(conflict) && !isOurs(conflict));
      return { answer: await send(withoutFields(manifest, yielded), true), conflicts: yielded };
    }
  }
}

const refuseForeign = (observed: KubeObject, owner: KubeObject | undefined): void => {
  const controller = controllerOf(observed);
  if (controller === undefined || controller.uid === owner?.metadata.uid) return;
  throw new ForeignObjectError(
    observed,
    `is controlled by ${controller.kind} ${controller.name} (${controller.uid})`,
  );
};
