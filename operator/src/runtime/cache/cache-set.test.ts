import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { WatchEvent } from '../client/types.ts';
import { sleep, systemClock } from '../clock.ts';
import type { KubeObject } from '../object.ts';
import { ReflectedCaches } from './cache-set.ts';

test('of all the lists with which many caches begin, no more than two pages are in memory at once', async () => {
  const stop = new AbortController();
  let [underWay, most, pages] = [0, 0, 0];
  const item: KubeObject = { apiVersion: 'v1', kind: 'Any', metadata: { name: 'a', resourceVersion: '1' } };
  const client = {
    list: async (_resource: unknown, { continue: from }: { continue?: string } = {}) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await sleep(systemClock, 1, stop.signal);
      underWay -= 1;
      pages += 1;
      return { items: [item], resourceVersion: '5', continue: from === undefined ? 'more' : '' };
    },
    watch: async function* (): AsyncGenerator<WatchEvent> {
      await sleep(systemClock, 60_000, stop.signal);
    },
  };
  const logger = pino({ level: 'silent' });
  const caches = new ReflectedCaches({ client, clock: systemClock, random: Math.random, logger });
  for (const kind of ['A', 'B', 'C', 'D', 'E'])
    caches.declare({ apiVersion: 'v1', kind, plural: kind.toLowerCase(), namespaced: true });
  const running = caches.run(stop.signal);
  while (!caches.hasSynced()) await sleep(systemClock, 1, stop.signal);
  expect([most, pages]).toEqual([2, 10]);
  stop.abort();
  await running;
});
