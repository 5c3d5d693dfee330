import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pageRange } from './page.ts';

describe('pageRange', () => {
  it('gives the newest page without a bound', () => {
    expect(pageRange({ limit: 3 }, 120)).toEqual({ numbers: [118, 119, 120], complete: false });
    expect(pageRange({ limit: 50 }, 3)).toEqual({ numbers: [1, 2, 3], complete: true });
  });

  it('is empty and complete in a channel where nothing was said', () => {
    expect(pageRange({ limit: 50 }, 0)).toEqual({ numbers: [], complete: true });
    expect(pageRange({ after: 0, limit: 50 }, 0)).toEqual({ numbers: [], complete: true });
  });

  it('says that it is not complete when more follow', () => {
    expect(pageRange({ after: 10, limit: 2 }, 13)).toEqual({ numbers: [11, 12], complete: false });
    expect(pageRange({ after: 11, limit: 2 }, 13)).toEqual({ numbers: [12, 13], complete: true });
    expect(pageRange({ upTo: 3, limit: 2 }, 16)).toEqual({ numbers: [2, 3], complete: false });
    expect(pageRange({ upTo: 2, limit: 2 }, 16)).toEqual({ numbers: [1, 2], complete: true });
  });

  it('covers a channel exactly once when pages are followed in either direction', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 60 }), (count, limit) => {
        const forward: number[] = [];
        for (let complete = false; !complete;) {
          const page = pageRange({ after: forward.at(-1) ?? 0, limit }, count);
          forward.push(...page.numbers);
          ({ complete } = page);
        }
        const backward: number[] = [];
        for (let upTo = count, complete = false; !complete;) {
          const page = pageRange({ upTo, limit }, count);
          backward.unshift(...page.numbers);
          ({ complete } = page);
          upTo = (page.numbers[0] ?? 1) - 1;
        }
        const all = Array.from({ length: count }, (_, index) => index + 1);
        expect(forward).toEqual(all);
        expect(backward).toEqual(all);
      }),
    );
  });
});
