import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isFound, narrow, placesToTest, startSearch } from './last-seq.ts';

function search(from: number, last: number): { found: number; questions: number } {
  let state = startSearch(from);
  let questions = 0;
  while (!isFound(state)) {
    const tested = placesToTest(state);
    state = narrow(state, tested, new Set(tested.filter((place) => place <= last)));
    questions += 1;
  }
  return { found: state.low, questions };
}

describe('searching the last seq', () => {
  it('finds it from every lower bound', () => {
    fc.assert(
      fc.property(fc.nat(3_000_000), fc.nat(3_000_000), (a, b) => {
        const [from, last] = [Math.min(a, b), Math.max(a, b)];
        expect(search(from, last).found).toBe(last);
      }),
    );
  });

  it('asks once when the bound is exact and little when it is not', () => {
    expect(search(5, 5).questions).toBe(1);
    expect(search(5, 6).questions).toBe(1);
    expect(search(0, 1_000_000).questions).toBeLessThanOrEqual(12);
  });

  it('asks about new places only, all of them beyond what is known', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 2, max: 500 }), (low, width) => {
        const places = placesToTest({ low, high: low + width, step: 1 });
        expect(places.length).toBeGreaterThan(0);
        expect(new Set(places).size).toBe(places.length);
        expect(places.every((place) => place > low && place < low + width)).toBe(true);
      }),
    );
  });
});
