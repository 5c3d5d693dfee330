import type { Logger } from 'pino';
import type { ApiClient } from '../client/types.ts';
import { backoff, sleep, type BackoffOptions, type Clock, type Random } from '../clock.ts';
import { ApiError, isGone, isNotFound } from '../errors.ts';
import type { KubeObject, ResourceRef } from '../object.ts';
import { apiErrorOfStatus } from '../transport/status.ts';
import type { ObjectStore } from './object-store.ts';
import type { Turns } from './turns.ts';

/** Why a watch was opened again: `expired` is the normal end after `timeoutSeconds`. */
export type WatchRestart = 'expired' | 'gone' | 'idle' | 'error';

export interface ReflectorTimings {
  /** The server ends a watch after this long, plus up to as much again at random, s. @default 300 */
  watchSeconds: number;
  /** A watch that brought neither event nor bookmark (one a minute) for so long is cut and opened anew, ms. @default 90_000 */
  idleMs: number;
  /** @default 200 ms to 15 s, jitter 0.5 */
  backoff: BackoffOptions;
  /** How often to ask for an optional kind that is not served, ms. @default 30_000 */
  notServedMs: number;
}

export const defaultReflectorTimings: ReflectorTimings = {
  watchSeconds: 300,
  idleMs: 90_000,
  backoff: { baseMs: 200, maxMs: 15_000, jitter: 0.5 },
  notServedMs: 30_000,
};

export interface ReflectorOptions {
  client: Pick<ApiClient, 'list' | 'watch'>;
  resource: ResourceRef;
  store: ObjectStore;
  scope: { namespace?: string; labelSelector?: string; fieldSelector?: string; metadataOnly?: boolean };
  /** The kind may not be served. */
  optional: boolean;
  /** Pages of lists wait for their turn, so that not all kinds have theirs in memory at once. */
  pages: Turns;
  clock: Clock;
  random: Random;
  logger: Logger;
  timings: ReflectorTimings;
  onRestart: (reason: WatchRestart) => void;
}

const PAGE_SIZE = 500;

/** A watch that ends sooner than this did not work, however politely it ended. */
const SHORT_WATCH_MS = 1_000;

class IdleWatchError extends Error {
  constructor(ms: number) {
    super(`the watch was silent for ${ms} ms`);
    this.name = 'IdleWatchError';
  }
}

/** Keeps a store like one resource of the API server, for ever: every failure is followed by another try. */
export class Reflector {
  readonly #options: ReflectorOptions;
  /** Where to watch on from; undefined = a list is needed. */
  #position: string | undefined;
  #failures = 0;

  constructor(options: ReflectorOptions) {
    this.#options = options;
  }

  /** Resolves when `signal` aborts, never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#position ??= await this.#list(signal);
        await this.#watch(this.#position, signal);
        this.#options.onRestart('expired');
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { client, resource, store, scope, pages } = this.#options;
    const fetch = (from: string) =>
      client.list(resource, { ...scope, limit: PAGE_SIZE, ...(from !== '' && { continue: from }), signal });
    const first = await pages.take(async () => {
      const page = await fetch('');
      // All pages are of the version that the first one was taken at.
      const listing = store.startList(page.resourceVersion);
      listing.add(page.items);
      return { listing, resourceVersion: page.resourceVersion, next: page.continue };
    });
    const { listing, resourceVersion } = first;
    let { next } = first;
    while (next !== '') {
      next = await pages.take(async () => {
        const page = await fetch(next);
        listing.add(page.items);
        return page.continue;
      });
    }
    listing.end();
    return resourceVersion;
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { client, resource, scope, clock, random, timings } = this.#options;
    const idle = new AbortController();
    const stop = () => idle.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const arm = () => clock.schedule(timings.idleMs, () => idle.abort(new IdleWatchError(timings.idleMs)));
    let disarm = arm();
    const start = clock.monotonic();
    try {
      const timeoutSeconds = Math.ceil(timings.watchSeconds * (1 + random()));
      const events = client.watch(resource, {
        ...scope,
        resourceVersion,
        timeoutSeconds,
        signal: idle.signal,
      });
      for await (const { type, object } of events) {
        disarm();
        disarm = arm();
        this.#take(type, object);
      }
    } finally {
      disarm();
      signal.removeEventListener('abort', stop);
    }
    if (clock.monotonic() - start < SHORT_WATCH_MS) throw new Error('the watch ended at once');
    this.#failures = 0;
  }

  #take(type: string, object: KubeObject): void {
    const { store, resource } = this.#options;
    if (type === 'ERROR') throw apiErrorOfStatus(`WATCH ${resource.plural}`, object);
    this.#failures = 0;
    if (type === 'BOOKMARK') {
      store.advance(object.metadata.resourceVersion);
      // They come once a minute, and above all when nothing else does.
      store.pack();
    } else if (type === 'DELETED') store.remove(object);
    else store.upsert(object);
    this.#position = object.metadata.resourceVersion;
  }

  #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (this.#options.optional && isNotFound(error)) return this.#waitForKind(signal);
    const { clock, random, logger, timings, resource, onRestart } = this.#options;
    const reason = reasonOf(error);
    if (this.#position !== undefined) onRestart(reason);
    if (reason === 'gone') this.#position = undefined;
    const delayMs = Math.round(backoff(this.#failures, timings.backoff, random));
    this.#failures += 1;
    const fields = {
      resource: resource.plural,
      reason,
      delayMs,
      relist: this.#position === undefined,
      err: error,
    };
    if (reason === 'error') logger.warn(fields, 'watch failed');
    else logger.info(fields, 'watch restarts');
    return sleep(clock, delayMs, signal);
  }

  #waitForKind(signal: AbortSignal): Promise<void> {
    const { clock, random, logger, timings, resource, store } = this.#options;
    if (store.isServed()) logger.info({ resource: resource.plural }, 'the kind is not served');
    store.notServed();
    this.#position = undefined;
    return sleep(clock, timings.notServedMs * (1 - 0.2 * random()), signal);
  }
}

/** 410 comes as an answer or inside the stream; a server that no longer knows the version may also say 400 or 504. */
const reasonOf = (error: unknown): WatchRestart => {
  if (error instanceof IdleWatchError) return 'idle';
  // 404: the kind's CRD was removed, and what it stored with it.
  if (isGone(error) || isNotFound(error)) return 'gone';
  if (error instanceof ApiError && ['Expired', 'Gone', 'BadRequest'].includes(error.reason)) return 'gone';
  return 'error';
};
