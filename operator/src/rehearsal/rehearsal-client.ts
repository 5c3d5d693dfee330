import type {
  ApiClient,
  CallOptions,
  DeleteOptions,
  JsonPatchOperation,
  ListOptions,
  ListPage,
  ServerSideApplyOptions,
  WatchEvent,
  WriteOptions,
} from '../runtime/client/types.ts';
import { ApiError, gvk, keyFor, keyOf } from '../runtime/index.ts';
import type { KubeObject, NamespacedName, ResourceRef } from '../runtime/index.ts';
import type { SnapshotCaches } from './snapshot-caches.ts';

/** The caller, not the operator, lacks a right that the rehearsal needs. */
export class RehearsalForbiddenError extends Error {
  constructor(cause: ApiError) {
    super(cause.message, { cause });
    this.name = 'RehearsalForbiddenError';
  }
}

/** An object before and after a write; absent where it is not there. */
export type WriteHandler = (before: KubeObject | undefined, after: KubeObject | undefined) => void;

/** A 403 of RBAC, as opposed to one of a quota or of an admission plugin, which the operator would meet as well. */
const isMissingRight = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.status === 403 && / cannot \S+ resource /.test(error.message);

const notFound = (resource: ResourceRef, at: NamespacedName) =>
  new ApiError({
    status: 404,
    reason: 'NotFound',
    message: `${resource.plural} ${JSON.stringify(at.name)} not found`,
    request: `GET ${gvk(resource)} ${keyFor(at)}`,
  });

/** RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const base = target !== null && typeof target === 'object' && !Array.isArray(target) ? target : {};
  const fields = new Map<string, unknown>(Object.entries(base));
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) fields.delete(field);
    else fields.set(field, merged(fields.get(field), value));
  }
  return Object.fromEntries(fields);
}

/**
 * The API with every write a server-side dry run: validated, defaulted and admitted by the API server, stored by
 * nobody. What has been "written" is remembered here and in the caches, so that whoever reads again finds it.
 */
export class RehearsalClient implements ApiClient {
  readonly #client: ApiClient;
  readonly #caches: SnapshotCaches;
  readonly #onWrite: WriteHandler;
  /** By kind and key; undefined: deleted. */
  readonly #written = new Map<string, KubeObject | undefined>();
  #version = 0;

  constructor(client: ApiClient, caches: SnapshotCaches, onWrite: WriteHandler) {
    this.#client = client;
    this.#caches = caches;
    this.#onWrite = onWrite;
  }

  /** Makes `object` what readers find from now on. */
  remember(object: KubeObject): KubeObject {
    // Dry runs come without a version of their own: these are above any that a cache has seen.
    this.#version += 1;
    const resourceVersion = String(Number.MAX_SAFE_INTEGER - 1_000_000 + this.#version);
    const before = this.#held(object, keyOf(object));
    const stored: KubeObject = {
      ...object,
      // A second dry run of a creation would hand out another uid.
      metadata: { ...object.metadata, resourceVersion, ...(before && uidOf(before)) },
    };
    this.#written.set(idOf(stored, keyOf(stored)), stored);
    this.#cacheOf(stored)?.remember(stored);
    return stored;
  }

  /** What is no more. */
  forget(object: KubeObject): void {
    this.#written.set(idOf(object, keyOf(object)), undefined);
    const { resourceVersion: _, ...metadata } = object.metadata;
    const cache = this.#cacheOf(object);
    const held = cache?.get(keyOf(object));
    if (held) cache?.remove({ ...object, metadata: { ...metadata, ...versionOf(held) } });
  }

  async get(resource: ResourceRef, at: NamespacedName, options?: CallOptions): Promise<KubeObject> {
    const id = idOf(resource, keyFor(at));
    if (!this.#written.has(id)) return this.#client.get(resource, at, options);
    const object = this.#written.get(id);
    if (object === undefined) throw notFound(resource, at);
    return object;
  }

  async getMetadata(resource: ResourceRef, at: NamespacedName, options?: CallOptions): Promise<KubeObject> {
    if (this.#written.has(idOf(resource, keyFor(at)))) return this.get(resource, at);
    return this.#client.getMetadata(resource, at, options);
  }

  list(resource: ResourceRef, options?: ListOptions): Promise<ListPage> {
    return this.#client.list(resource, options);
  }

  async *watch(resource: ResourceRef): AsyncGenerator<WatchEvent> {
    throw new TypeError(`a rehearsal watches nothing (${resource.plural})`);
  }

  async create(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject> {
    return this.#write(resource, () => this.#client.create(resource, object, { ...options, dryRun: true }));
  }

  async replace(resource: ResourceRef, object: KubeObject, options?: WriteOptions): Promise<KubeObject> {
    if (this.#isWritten(resource, keyOf(object))) return this.#note(object);
    return this.#write(resource, () => this.#client.replace(resource, object, { ...options, dryRun: true }));
  }

  async apply(
    resource: ResourceRef,
    object: KubeObject,
    options: ServerSideApplyOptions,
  ): Promise<{ object: KubeObject; created: boolean }> {
    let created = false;
    const stored = await this.#write(resource, async () => {
      const answer = await this.#client.apply(resource, object, { ...options, dryRun: true });
      created = answer.created && !this.#isWritten(resource, keyOf(object));
      return answer.object;
    });
    return { object: stored, created };
  }

  async jsonPatch(
    resource: ResourceRef,
    at: NamespacedName,
    operations: readonly JsonPatchOperation[],
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return this.#write(resource, () =>
      this.#client.jsonPatch(resource, at, operations, { ...options, dryRun: true }),
    );
  }

  async mergePatch(
    resource: ResourceRef,
    at: NamespacedName,
    patch: Record<string, unknown>,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    // What was written here the API server does not have: the patch would not be on top of it.
    if (this.#isWritten(resource, keyFor(at))) {
      return this.#note(merged(await this.get(resource, at), patch) as KubeObject);
    }
    return this.#write(resource, () =>
      this.#client.mergePatch(resource, at, patch, { ...options, dryRun: true }),
    );
  }

  async delete(resource: ResourceRef, at: NamespacedName, _options?: DeleteOptions): Promise<void> {
    const { apiVersion, kind } = resource;
    const held = this.#held(resource, keyFor(at));
    this.#onWrite(held, undefined);
    this.forget(held ?? { apiVersion, kind, metadata: at });
  }

  async #write(resource: ResourceRef, send: () => Promise<KubeObject>): Promise<KubeObject> {
    try {
      const { apiVersion, kind } = resource;
      return this.#note({ ...(await send()), apiVersion, kind });
    } catch (error) {
      if (isMissingRight(error)) throw new RehearsalForbiddenError(error);
      throw error;
    }
  }

  #note(object: KubeObject): KubeObject {
    const before = this.#held(object, keyOf(object));
    const after = this.remember(object);
    this.#onWrite(before, after);
    return after;
  }

  #isWritten(resource: ResourceRef, key: string): boolean {
    return this.#written.get(idOf(resource, key)) !== undefined;
  }

  #held(kind: { apiVersion: string; kind: string }, key: string): KubeObject | undefined {
    return this.#written.get(idOf(kind, key)) ?? this.#cacheOf(kind)?.get(key);
  }

  #cacheOf(kind: { apiVersion: string; kind: string }) {
    return this.#caches.all().find((store) => gvk(store.resource) === gvk(kind));
  }
}

const idOf = (kind: { apiVersion: string; kind: string }, key: string) => `${gvk(kind)} ${key}`;
const uidOf = ({ metadata: { uid } }: KubeObject) => (uid === undefined ? {} : { uid });
const versionOf = ({ metadata: { resourceVersion } }: KubeObject) =>
  resourceVersion === undefined ? {} : { resourceVersion };
