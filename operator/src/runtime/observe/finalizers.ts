import type { ReflectedCaches } from '../cache/cache-set.ts';
import type { ApiClient, JsonPatchOperation } from '../client/types.ts';
import { isConflict, isInvalid, isNotFound } from '../errors.ts';
import { isBeingDeleted, type KubeObject, type NamespacedName } from '../object.ts';
import type { Finalizers } from './types.ts';

const ATTEMPTS = 4;

const unchangedSince = ({ metadata }: KubeObject): JsonPatchOperation => ({
  op: 'test',
  path: '/metadata/resourceVersion',
  value: metadata.resourceVersion,
});

const additions = (object: KubeObject, name: string): JsonPatchOperation[] => {
  if (object.metadata.finalizers?.includes(name)) return [];
  const add: JsonPatchOperation = object.metadata.finalizers
    ? { op: 'add', path: '/metadata/finalizers/-', value: name }
    : { op: 'add', path: '/metadata/finalizers', value: [name] };
  return [unchangedSince(object), add];
};

const removals = (object: KubeObject, name: string): JsonPatchOperation[] => {
  const place = object.metadata.finalizers?.indexOf(name) ?? -1;
  return place < 0 ? [] : [unchangedSince(object), { op: 'remove', path: `/metadata/finalizers/${place}` }];
};

/** Finalizers by JSON patch: a list that others write to as well is never replaced as a whole. */
export class PatchedFinalizers implements Finalizers {
  readonly #client: ApiClient;
  readonly #caches: ReflectedCaches;

  constructor(client: ApiClient, caches: ReflectedCaches) {
    this.#client = client;
    this.#caches = caches;
  }

  async ensure(object: KubeObject, name: string): Promise<KubeObject> {
    const patched = await this.#patch(object, (current) => additions(current, name));
    return patched === object ? object : this.#caches.of(object).remember(patched);
  }

  async remove(object: KubeObject, name: string): Promise<void> {
    try {
      const patched = await this.#patch(object, (current) => removals(current, name));
      // The last finalizer's removal ends the object: its answer describes what is no more.
      const ended = isBeingDeleted(patched) && (patched.metadata.finalizers ?? []).length === 0;
      if (patched !== object && !ended) this.#caches.of(object).remember(patched);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Patches; if someone else wrote in between (a failed test is a 422), again on the newest state. */
  async #patch(
    object: KubeObject,
    operationsOn: (current: KubeObject) => JsonPatchOperation[],
  ): Promise<KubeObject> {
    const { resource } = this.#caches.of(object);
    const at: NamespacedName = { namespace: object.metadata.namespace ?? '', name: object.metadata.name };
    let current = object;
    for (let attempt = 1; ; attempt += 1) {
      const operations = operationsOn(current);
      if (operations.length === 0) return current;
      try {
        return await this.#client.jsonPatch(resource, at, operations);
      } catch (error) {
        if (attempt === ATTEMPTS || !(isConflict(error) || isInvalid(error))) throw error;
        current = await this.#client.get(resource, at);
      }
    }
  }
}
