import type { ReflectedCaches } from '../cache/cache-set.ts';
import { digest } from '../canonical.ts';
import type { ApiClient } from '../client/types.ts';
import { keyOf, type KubeObject } from '../object.ts';
import type { StatusWriter } from './types.ts';

interface Written {
  wanted: string;
  stored: string;
}

/** Replaces the status through its subresource, and only when it is not stored so already. */
export class StatusPatcher implements StatusWriter {
  readonly #client: ApiClient;
  readonly #caches: ReflectedCaches;
  /** What the API server made of what we wrote last (it may drop or default fields), by uid. */
  readonly #written = new WeakMap<object, Map<string, Written>>();

  constructor(client: ApiClient, caches: ReflectedCaches) {
    this.#client = client;
    this.#caches = caches;
  }

  async write(object: KubeObject, status: Record<string, unknown>): Promise<boolean> {
    const store = this.#caches.of(object);
    const { name, namespace = '', uid = '' } = object.metadata;
    const held = store.get(keyOf(object)) ?? object;
    const written = this.#writtenTo(store);
    const [wanted, stored] = [digest(status), digest(held['status'])];
    const before = written.get(uid);
    if (stored === wanted || (before?.wanted === wanted && before.stored === stored)) return false;

    const patched = await this.#client.jsonPatch(
      store.resource,
      { namespace, name },
      [
        // A write to a namesake that was made since must fail; server-side apply to a status ignores the uid.
        { op: 'test', path: '/metadata/uid', value: uid },
        { op: 'add', path: '/status', value: status },
      ],
      { subresource: 'status' },
    );
    const kept = store.remember(patched);
    written.set(uid, { wanted, stored: digest(kept['status']) });
    return true;
  }

  #writtenTo(store: ReturnType<ReflectedCaches['of']>): Map<string, Written> {
    const known = this.#written.get(store);
    if (known) return known;
    const written = new Map<string, Written>();
    this.#written.set(store, written);
    store.subscribe(
      ({ type, object }) => {
        if (type === 'deleted') written.delete(object.metadata.uid ?? '');
      },
      { replay: false },
    );
    return written;
  }
}
