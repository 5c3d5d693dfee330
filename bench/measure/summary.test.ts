import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { median, percentile, summarise } from './summary.ts';

const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 500 });

describe('a summary', () => {
  it('of a hundred known samples is known', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(summarise(hundred)).toEqual({ count: 100, p50: 50, p99: 99, max: 100 });
  });

  it('of one sample is that sample', () => {
    expect(summarise([7])).toEqual({ count: 1, p50: 7, p99: 7, max: 7 });
  });

  it('of nothing claims nothing', () => {
    expect(summarise([])).toEqual({ count: 0, p50: Number.NaN, p99: Number.NaN, max: Number.NaN });
  });

  it('sorts numbers, not their texts, and leaves its input alone', () => {
    const given = [100, 9, 20];
    expect(summarise(given).max).toBe(100);
    expect(given).toEqual([100, 9, 20]);
  });
});

describe('a percentile', () => {
  it('is a sample that enough others do not exceed, and the smallest such', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 100 }), (given, rank) => {
        const sorted = Float64Array.from(given).sort();
        const found = percentile(sorted, rank);
        const share = (limit: (value: number) => boolean) =>
          (sorted.filter(limit).length / sorted.length) * 100;
        expect(sorted).toContain(found);
        expect(share((value) => value <= found)).toBeGreaterThanOrEqual(rank - 1e-9);
        expect(share((value) => value < found)).toBeLessThan(rank);
      }),
    );
  });
});

describe('a median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9], 9.5],
    [[5], 5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });
});
