import { describe, expect, test } from '@jest/globals';
import { compileSlotCount, createSlots } from './slots.ts';

const GIB = 1024 ** 3;

describe('compileSlotCount', () => {
  test.each([
    [24 * GIB, 2, 2],
    [4 * GIB, 8, 1],
    [1 * GIB, 2, 1],
    [32 * GIB, 8, 8],
    [16 * GIB, 8, 5],
  ])('%d bytes and %d cores: %d', (memory, cores, slots) => {
    expect(compileSlotCount(memory, cores)).toBe(slots);
  });
});

describe('createSlots', () => {
  test('never lets more work than there are slots, and all of it in the end', async () => {
    const slots = createSlots(2);
    let working = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++working);
      await new Promise((resolve) => setImmediate(resolve));
      working--;
    };
    await Promise.all(Array.from({ length: 10 }, () => slots.with(work)));
    expect([most, working]).toEqual([2, 0]);
  });

  test('a slot is free again after a failure', async () => {
    const slots = createSlots(1);
    await expect(slots.with(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(slots.with(() => Promise.resolve('done'))).resolves.toBe('done');
  });
});
