import { expect, test } from '@jest/globals';
import { Turns } from './turns.ts';

test('no more than so many are under way, and one that fails makes room like any other', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends: ((failed: boolean) => void)[] = [];
  const all = [0, 1, 2, 3].map((number) =>
    turns
      .take(async () => {
        begun.push(number);
        const failed = await new Promise<boolean>((end) => (ends[number] = end));
        if (failed) throw new Error('failed');
        return number;
      })
      .catch(() => 'failed'),
  );
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  await settled();
  expect(begun).toEqual([0, 1]);
  ends[1]?.(true);
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.(false);
  await settled();
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[2]?.(false);
  ends[3]?.(false);
  expect(await Promise.all(all)).toEqual([0, 'failed', 2, 3]);
  expect(await turns.take(() => Promise.resolve('free again'))).toBe('free again');
});
