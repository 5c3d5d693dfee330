import { expect, test } from '@jest/globals';
import { FakeClock } from '../../test/fake-clock.ts';
import { keepCollected, type Heap } from './heap.ts';

const MIB = 2 ** 20;

test('a heap that has grown is collected, one that is as it was is left alone', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  let [size, alive, collections] = [60 * MIB, 40 * MIB, 0];
  const heap: Heap = {
    size: () => size,
    collect: () => {
      collections += 1;
      size = alive;
    },
  };
  const look = () => clock.advanceAsync(10_000);
  const ended = keepCollected(heap, clock, stop.signal);

  await look();
  expect([collections, size]).toEqual([1, 40 * MIB]);
  size = 50 * MIB;
  await look();
  size = 55 * MIB;
  await look();
  expect(collections).toBe(1);
  size = 70 * MIB;
  await look();
  expect([collections, size]).toEqual([2, 40 * MIB]);

  // A burst that has ended below that: what it left goes as well, and what is alive is not collected again and again.
  size = 50 * MIB;
  await look();
  expect(collections).toBe(2);
  await look();
  expect([collections, size]).toEqual([3, 40 * MIB]);
  await look();
  await look();
  expect(collections).toBe(3);

  // What little is alive may double without that being worth a pause.
  alive = 6 * MIB;
  size = 70 * MIB;
  await look();
  size = 9 * MIB;
  await look();
  await look();
  expect(collections).toBe(4);

  stop.abort();
  await ended;
});
