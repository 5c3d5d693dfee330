import { ReflectedCaches } from '../runtime/cache/cache-set.ts';
import type { ObjectStore } from '../runtime/cache/object-store.ts';
import type { CacheOptions } from '../runtime/cache/types.ts';
import type { ApiClient } from '../runtime/client/types.ts';
import { isNotFound, systemClock } from '../runtime/index.ts';
import type { KubeObject, Logger } from '../runtime/index.ts';

const PAGE_SIZE = 500;

interface Declared {
  readonly store: ObjectStore;
  readonly options: CacheOptions;
}

/** The operator's caches, filled once and then left alone: nothing is watched. */
export class SnapshotCaches extends ReflectedCaches {
  readonly #client: ApiClient;
  readonly #declared: Declared[] = [];

  constructor(client: ApiClient, logger: Logger) {
    super({ client, clock: systemClock, random: Math.random, logger });
    this.#client = client;
  }

  override declare(
    resource: Parameters<ReflectedCaches['declare']>[0],
    options: CacheOptions = {},
  ): ObjectStore {
    const store = super.declare(resource, options);
    this.#declared.push({ store, options });
    return store;
  }

  /** Lists everything that was declared. @throws ApiError, among others when a list is forbidden */
  async load(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#declared.map((declared) => this.#fill(declared, signal)));
  }

  async #fill({ store, options }: Declared, signal: AbortSignal): Promise<void> {
    const { namespace = '', labelSelector, fieldSelector, optional = false } = options;
    const scope = {
      namespace,
      signal,
      ...(labelSelector !== undefined && { labelSelector }),
      ...(fieldSelector !== undefined && { fieldSelector }),
    };
    const found: KubeObject[] = [];
    try {
      for (let next = ''; ;) {
        const page = await this.#client.list(store.resource, { ...scope, limit: PAGE_SIZE, continue: next });
        found.push(...page.items);
        next = page.continue;
        if (next === '') return store.replaceAll(found, page.resourceVersion);
      }
    } catch (error) {
      if (!optional || !isNotFound(error)) throw error;
      store.notServed();
    }
  }
}
