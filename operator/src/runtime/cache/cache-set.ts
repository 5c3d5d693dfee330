import type { Logger } from 'pino';
import type { ApiClient } from '../client/types.ts';
import type { Clock, Random } from '../clock.ts';
import { gvk, type ResourceRef } from '../object.ts';
import { ObjectStore } from './object-store.ts';
import { defaultReflectorTimings, Reflector, type ReflectorTimings, type WatchRestart } from './reflector.ts';
import { Turns } from './turns.ts';
import type { CacheOptions, CacheSet } from './types.ts';

export interface ReflectedCachesOptions {
  client: Pick<ApiClient, 'list' | 'watch'>;
  clock: Clock;
  random: Random;
  logger: Logger;
  timings?: Partial<ReflectorTimings>;
  onRestart?: (resource: ResourceRef, reason: WatchRestart) => void;
}

/**
 * Pages of lists that are fetched and taken in at once, of all kinds. A page is megabytes of objects, and all caches begin
 * with a list; with more than one, a kind that gives no answer does not hold up the others.
 */
const PAGES_AT_ONCE = 2;

/** All the caches of a process, each kept by a reflector of its own. */
export class ReflectedCaches implements CacheSet {
  readonly #options: ReflectedCachesOptions;
  readonly #stores = new Map<string, ObjectStore>();
  readonly #reflectors: Reflector[] = [];
  readonly #pages = new Turns(PAGES_AT_ONCE);
  #started = false;

  constructor(options: ReflectedCachesOptions) {
    this.#options = options;
  }

  declare(resource: ResourceRef, options: CacheOptions = {}): ObjectStore {
    const id = gvk(resource);
    if (this.#started) throw new TypeError(`the cache of ${id} was declared after start`);
    if (this.#stores.has(id)) throw new TypeError(`the cache of ${id} was declared twice`);
    const { client, clock, random, logger, timings, onRestart } = this.#options;
    const { indexes, transform, optional = false, ...scope } = options;
    const store = new ObjectStore({
      resource,
      ...(indexes && { indexes }),
      ...(transform && { transform }),
      onHandlerError: (err) => logger.error({ err, resource: resource.plural }, 'a change handler failed'),
    });
    this.#stores.set(id, store);
    this.#reflectors.push(
      new Reflector({
        client,
        resource,
        store,
        scope,
        optional,
        pages: this.#pages,
        clock,
        random,
        logger,
        timings: { ...defaultReflectorTimings, ...timings },
        onRestart: (reason) => onRestart?.(resource, reason),
      }),
    );
    return store;
  }

  of(kind: { apiVersion: string; kind: string }): ObjectStore {
    const store = this.#stores.get(gvk(kind));
    if (!store) throw new TypeError(`no cache of ${gvk(kind)} was declared`);
    return store;
  }

  all(): ObjectStore[] {
    return [...this.#stores.values()];
  }

  hasSynced(): boolean {
    return this.all().every((store) => store.hasSynced());
  }

  /** Keeps all caches until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#started = true;
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }
}
