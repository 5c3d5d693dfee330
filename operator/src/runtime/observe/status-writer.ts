import type { ReflectedCaches } from '../cache/cache-set.ts';
import { digest } from '../canonical.ts';
import type { ApiClient } from '../client/types.ts';
import type { KubeObject } from '../object.ts';
import type { StatusWriter } from './types.ts';

export interface StatusApplierOptions {
  client: ApiClient;
  caches: ReflectedCaches;
  fieldManager: string;
}

interface Written {
  wanted: string;
  stored: string;
}

/** Writes status through server-side apply on the subresource, and only when it is not stored so already. */
export class StatusApplier implements StatusWriter {
  readonly #client: ApiClient;
  readonly #caches: ReflectedCaches;
  readonly #fieldManager: string;
  /** What the API server made of what we wrote last (it may drop or default fields), by uid. */
  readonly #written = new WeakMap<object, Map<string, Written>>();

  constructor({ client, caches, fieldManager }: StatusApplierOptions) {
    this.#client = client;
    this.#caches = caches;
    this.#fieldManager = fieldManager;
  }

  async write(object: KubeObject, status: Record<string, unknown>): Promise<boolean> {
    const store = this.#caches.of(object);
    const { name, namespace, uid = '' } = object.metadata;
    const held = store.get(namespace ? `${namespace}/${name}` : name) ?? object;
    const written = this.#writtenTo(store);
    const [wanted, stored] = [digest(status), digest(held['status'])];
    const before = written.get(uid);
    if (stored === wanted || (before?.wanted === wanted && before.stored === stored)) return false;

    const answer = await this.#client.apply(
      store.resource,
      {
        apiVersion: object.apiVersion,
        kind: object.kind,
        // The uid makes a write to a namesake that was created since fail.
        metadata: { name, uid, ...(namespace !== undefined && { namespace }) },
        status,
      },
      { fieldManager: this.#fieldManager, force: true, subresource: 'status' },
    );
    const kept = store.remember(answer.object);
    written.set(uid, { wanted, stored: digest(kept['status']) });
    return true;
  }

  #writtenTo(store: ReturnType<ReflectedCaches['of']>): Map<string, Written> {
    const known = this.#written.get(store);
    if (known) return known;
    const written = new Map<string, Written>();
    this.#written.set(store, written);
    store.subscribe(({ type, object }) => {
      if (type === 'deleted') written.delete(object.metadata.uid ?? '');
    });
    return written;
  }
}
