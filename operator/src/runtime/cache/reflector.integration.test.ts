import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { startApiProxy } from '../../../test/api-proxy.ts';
import {
  CONFIG_MAPS,
  connectTestApiServer,
  eventually,
  type TestApiServer,
} from '../../../test/api-server.ts';
import { KubernetesApiClient } from '../client/api-client.ts';
import { systemClock } from '../clock.ts';
import { HttpTransport } from '../transport/http-transport.ts';
import { ReflectedCaches } from './cache-set.ts';
import type { ReflectorTimings, WatchRestart } from './reflector.ts';
import type { CacheOptions } from './types.ts';

const OBJECTS = 1_100;
const labels = { crowd: 'yes' };

let server: TestApiServer;
let namespace: string;

beforeAll(async () => {
  server = await connectTestApiServer();
  namespace = await server.namespace();
  const create = (i: number) =>
    server.client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: `cm-${i}`, labels: i < OBJECTS ? labels : {} },
      data: { i: String(i) },
    });
  await Promise.all(Array.from({ length: OBJECTS + 100 }, (_, i) => create(i)));
}, 120_000);

afterAll(() => server.close());

/** A cache of the crowd, and every request that it makes. */
const follow = async (options: CacheOptions = {}, timings: Partial<ReflectorTimings> = {}) => {
  const proxy = await startApiProxy(server.access);
  const requests: URLSearchParams[] = [];
  proxy.decide(({ url = '' }) => {
    requests.push(new URL(url, 'http://x').searchParams);
    return 'pass';
  });
  const transport = new HttpTransport({ access: proxy.access, clock: systemClock, random: Math.random });
  const restarts: WatchRestart[] = [];
  const caches = new ReflectedCaches({
    client: new KubernetesApiClient(transport),
    clock: systemClock,
    random: () => 0,
    logger: pino({ level: 'silent' }),
    timings,
    onRestart: (_resource, reason) => restarts.push(reason),
  });
  const cache = caches.declare(CONFIG_MAPS, { namespace, labelSelector: 'crowd=yes', ...options });
  const stopping = new AbortController();
  const running = caches.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
    transport.close();
    await proxy.close();
  };
  await eventually('it is synced', () => cache.hasSynced(), 30_000);
  return { cache, requests, restarts, stop };
};

describe('a cache of more than a thousand objects on a real API server', () => {
  test('is listed by pages of 500, holds what its labels ask for, and no managedFields', async () => {
    const { cache, requests, stop } = await follow();
    const lists = requests.filter((query) => query.get('watch') === null);
    expect(lists.map((query) => [query.get('limit'), query.has('continue')])).toEqual([
      ['500', false],
      ['500', true],
      ['500', true],
    ]);
    for (const query of requests) expect(query.get('labelSelector')).toBe('crowd=yes');
    expect(cache.size).toBe(OBJECTS);
    expect(cache.list().filter(({ metadata }) => 'managedFields' in metadata)).toEqual([]);
    expect(cache.get(`${namespace}/cm-7`)).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: { i: '7' },
    });
    await eventually('it watches', () => requests.some((query) => query.get('watch') === 'true'));
    const at = { namespace, name: 'cm-7' };
    await server.client.mergePatch(CONFIG_MAPS, at, { data: { i: 'seven' } });
    await eventually(
      'the change is seen',
      () => (cache.get(`${namespace}/cm-7`)?.['data'] as { i: string }).i === 'seven',
    );
    expect(cache.get(`${namespace}/cm-7`)?.metadata).not.toHaveProperty('managedFields');
    // What leaves the selection is gone from the cache, though it lives on.
    await server.client.mergePatch(CONFIG_MAPS, at, { metadata: { labels: null } });
    await eventually('it is out of sight', () => cache.size === OBJECTS - 1);
    await server.client.mergePatch(CONFIG_MAPS, at, { metadata: { labels } });
    await eventually('it is back', () => cache.size === OBJECTS);
    await stop();
  }, 60_000);

  test('of metadata only has neither data nor managedFields, from the list and from the watch alike', async () => {
    const { cache, stop } = await follow({ metadataOnly: true });
    const at = { namespace, name: 'cm-8' };
    await server.client.mergePatch(CONFIG_MAPS, at, { metadata: { annotations: { seen: 'yes' } } });
    await eventually(
      'the change is seen',
      () => cache.get(`${namespace}/cm-8`)?.metadata.annotations?.['seen'] === 'yes',
    );
    expect(cache.size).toBe(OBJECTS);
    for (const object of cache.list())
      expect(Object.keys(object).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
    await stop();
  }, 60_000);

  test('goes on from the last bookmark when its watch ends in time, without a second list', async () => {
    const { requests, restarts, stop } = await follow({}, { watchSeconds: 3 });
    const versions = () =>
      requests
        .filter((query) => query.get('watch') === 'true')
        .map((query) => Number(query.get('resourceVersion')));
    await eventually('it watches', () => versions().length > 0);
    expect(requests.at(-1)?.get('allowWatchBookmarks')).toBe('true');
    // None of the crowd moves: only a bookmark can tell how far the world has gone.
    const other = { namespace, name: `cm-${OBJECTS + 1}` };
    for (let i = 0; i < 5; i += 1)
      await server.client.mergePatch(CONFIG_MAPS, other, { data: { i: `${i}` } });
    await eventually(
      'it watches on from later',
      () => (versions().at(-1) ?? 0) > (versions()[0] ?? 0),
      30_000,
    );
    expect(requests.filter((query) => query.get('watch') === null)).toHaveLength(3);
    expect(new Set(restarts)).toEqual(new Set(['expired']));
    await stop();
  }, 60_000);
});
