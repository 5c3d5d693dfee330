import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { FakeClock } from '../../../test/fake-clock.ts';
import type { ListOptions, ListPage, WatchEvent, WatchOptions } from '../client/types.ts';
import { ApiError, TransportError } from '../errors.ts';
import type { KubeObject, ResourceRef } from '../object.ts';
import { ObjectStore } from './object-store.ts';
import { defaultReflectorTimings, Reflector, type WatchRestart } from './reflector.ts';
import { Turns } from './turns.ts';

const PODS: ResourceRef = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

const pod = (name: string, version: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'chat', name, resourceVersion: String(version) },
});

const apiError = (status: number, reason: string) =>
  new ApiError({ status, reason, message: reason, request: 'GET /pods' });

/** One open watch, fed by the test. */
class FakeWatch {
  readonly options: WatchOptions;
  #queue: (WatchEvent | Error | 'end')[] = [];
  #wake: () => void = () => undefined;

  constructor(options: WatchOptions) {
    this.options = options;
    options.signal?.addEventListener('abort', () => this.#push(options.signal?.reason as Error));
  }

  send = (type: WatchEvent['type'], object: KubeObject) => this.#push({ type, object });
  fail = (error: Error) => this.#push(error);
  end = () => this.#push('end');

  async *events(): AsyncGenerator<WatchEvent> {
    for (;;) {
      const next = this.#queue.shift();
      if (next === 'end') return;
      if (next instanceof Error) throw next;
      if (next) yield next;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #push(next: WatchEvent | Error | 'end'): void {
    this.#queue.push(next);
    this.#wake();
  }
}

class FakeApi {
  lists: ListOptions[] = [];
  watches: FakeWatch[] = [];
  pages: (ListPage | Error)[] = [];

  list = (_resource: ResourceRef, options: ListOptions = {}): Promise<ListPage> => {
    this.lists.push(options);
    const page = this.pages.shift() ?? new TransportError('GET /pods', new Error('nothing prepared'));
    return page instanceof Error ? Promise.reject(page) : Promise.resolve(page);
  };

  watch = (_resource: ResourceRef, options: WatchOptions): AsyncGenerator<WatchEvent> => {
    const watch = new FakeWatch(options);
    this.watches.push(watch);
    return watch.events();
  };

  get current(): FakeWatch {
    const last = this.watches.at(-1);
    if (!last) throw new Error('no watch is open');
    return last;
  }
}

let clock: FakeClock;
let api: FakeApi;
let store: ObjectStore;
let restarts: WatchRestart[];
let stopping: AbortController;
let running: Promise<void>;

const start = (optional = false, random = () => 0) => {
  const reflector = new Reflector({
    pages: new Turns(1),
    client: api,
    resource: PODS,
    store,
    scope: { labelSelector: 'a=b' },
    optional,
    clock,
    random,
    logger: pino({ level: 'silent' }),
    timings: defaultReflectorTimings,
    onRestart: (reason) => restarts.push(reason),
  });
  running = reflector.run(stopping.signal);
  return clock.advanceAsync(0);
};

const page = (items: KubeObject[], resourceVersion: string, next = ''): ListPage => ({
  items,
  resourceVersion,
  continue: next,
});

const names = () => store.list().map(({ metadata }) => metadata.name);

beforeEach(() => {
  clock = new FakeClock();
  api = new FakeApi();
  store = new ObjectStore({ resource: PODS, onHandlerError: () => undefined });
  restarts = [];
  stopping = new AbortController();
});

afterEach(async () => {
  stopping.abort(new Error('the test is over'));
  await clock.advanceAsync(0);
  await running;
});

describe('Reflector', () => {
  test('reads a list by pages, is synced only when it is whole, and watches from there', async () => {
    api.pages = [page([pod('a', 1)], '10', 'more'), page([pod('b', 2)], '10')];
    await start();
    expect(api.lists).toMatchObject([{ limit: 500, labelSelector: 'a=b' }, { continue: 'more' }]);
    expect(names()).toEqual(['a', 'b']);
    expect(api.current.options).toMatchObject({
      resourceVersion: '10',
      timeoutSeconds: 300,
      labelSelector: 'a=b',
    });
    api.current.send('ADDED', pod('c', 11));
    api.current.send('DELETED', pod('a', 12));
    await clock.advanceAsync(0);
    expect(names()).toEqual(['b', 'c']);
  });

  test('asks for watches of different lengths, so that a thousand opened together do not end together', async () => {
    api.pages = [page([], '10')];
    await start(false, () => 0.5);
    expect(api.current.options).toMatchObject({ timeoutSeconds: 450 });
  });

  test('goes on from the last bookmark when the server ends the watch in time', async () => {
    api.pages = [page([], '10')];
    await start();
    await clock.advanceAsync(60_000);
    api.current.send('BOOKMARK', pod('', 99));
    await clock.advanceAsync(60_000);
    api.current.end();
    await clock.advanceAsync(0);
    expect(api.watches).toHaveLength(2);
    expect(api.current.options.resourceVersion).toBe('99');
    expect(api.lists).toHaveLength(1);
    expect(restarts).toEqual(['expired']);
  });

  test.each([
    ['as an answer', (watch: FakeWatch) => watch.fail(apiError(410, 'Expired'))],
    [
      'inside the stream',
      (watch: FakeWatch) =>
        watch.send('ERROR', {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: { name: '' },
          code: 410,
          reason: 'Expired',
        }),
    ],
  ])('a 410 %s leads to a new list, and what went meanwhile is gone', async (_how, expire) => {
    api.pages = [page([pod('a', 1), pod('b', 2)], '10'), page([pod('b', 2)], '50')];
    await start();
    await clock.advanceAsync(5_000);
    expire(api.current);
    await clock.advanceAsync(1_000);
    expect(names()).toEqual(['b']);
    expect(api.current.options.resourceVersion).toBe('50');
    expect(restarts).toEqual(['gone']);
  });

  test('a 410 in the middle of the pages starts the list again', async () => {
    api.pages = [page([pod('a', 1)], '10', 'more'), apiError(410, 'Expired'), page([pod('a', 1)], '20')];
    await start();
    expect(store.hasSynced()).toBe(false);
    await clock.advanceAsync(1_000);
    expect(store.hasSynced()).toBe(true);
    expect(api.lists.map((list) => list.continue)).toEqual([undefined, 'more', undefined]);
  });

  test('a watch that falls silent is cut and opened again, without a list', async () => {
    api.pages = [page([], '10')];
    await start();
    await clock.advanceAsync(89_999);
    expect(api.watches).toHaveLength(1);
    await clock.advanceAsync(1_000);
    expect(api.watches).toHaveLength(2);
    expect(api.lists).toHaveLength(1);
    expect(restarts).toEqual(['idle']);
  });

  test('bookmarks count as life', async () => {
    api.pages = [page([], '10')];
    await start();
    for (let minute = 1; minute <= 5; minute += 1) {
      await clock.advanceAsync(60_000);
      api.current.send('BOOKMARK', pod('', 10 + minute));
    }
    await clock.advanceAsync(0);
    expect(api.watches).toHaveLength(1);
  });

  test('failures are retried for ever, ever slower, and a success starts anew', async () => {
    await start();
    const before: number[] = [];
    for (let hour = 0; hour < 3; hour += 1) {
      await clock.advanceAsync(3_600_000);
      before.push(api.lists.length);
    }
    expect(before[0]).toBeGreaterThan(200);
    expect((before[2] ?? 0) - (before[1] ?? 0)).toBe(240);
    api.pages = [page([pod('a', 1)], '10')];
    await clock.advanceAsync(15_000);
    expect(names()).toEqual(['a']);
    await clock.advanceAsync(5_000);
    api.current.send('BOOKMARK', pod('', 11));
    api.current.fail(new TransportError('GET /pods', new Error('reset')));
    await clock.advanceAsync(200);
    expect(api.watches).toHaveLength(2);
  });

  test('a watch that ends at once is a failure: no hot loop', async () => {
    api.pages = [page([], '10')];
    await start();
    for (let i = 0; i < 50; i += 1) {
      api.current.end();
      await clock.advanceAsync(100);
    }
    expect(api.watches.length).toBeLessThan(10);
  });

  test('an optional kind that is not served is empty and synced, and fills when it comes', async () => {
    api.pages = [apiError(404, 'NotFound'), apiError(404, 'NotFound'), page([pod('a', 1)], '10')];
    await start(true);
    expect([store.hasSynced(), store.isServed()]).toEqual([true, false]);
    await clock.advanceAsync(60_000);
    expect([store.hasSynced(), store.isServed()]).toEqual([true, true]);
    expect(names()).toEqual(['a']);
  });

  test('another kind is waited for', async () => {
    api.pages = [apiError(404, 'NotFound')];
    await start();
    expect(store.hasSynced()).toBe(false);
  });
});
