import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pageRange } from './page.ts';

describe('pageRange', () => {
  it('gives the newest page without a bound', () => {
    expect(pageRange({ limit: 50 }, 120)).toEqual({ first: 71, last: 120, complete: false });
    expect(pageRange({ limit: 50 }, 3)).toEqual({ first: 1, last: 3, complete: true });
  });

  it('is empty and complete in a channel where nothing was said', () => {
    expect(pageRange({ limit: 50 }, 0)).toEqual({ first: 1, last: 0, complete: true });
    expect(pageRange({ afterSeq: 0, limit: 50 }, 0)).toMatchObject({ last: 0, complete: true });
  });

  it('says that it is not complete when more follow', () => {
    expect(pageRange({ afterSeq: 10, limit: 5 }, 16)).toEqual({ first: 11, last: 15, complete: false });
    expect(pageRange({ afterSeq: 11, limit: 5 }, 16)).toEqual({ first: 12, last: 16, complete: true });
    expect(pageRange({ beforeSeq: 7, limit: 5 }, 16)).toEqual({ first: 2, last: 6, complete: false });
    expect(pageRange({ beforeSeq: 6, limit: 5 }, 16)).toEqual({ first: 1, last: 5, complete: true });
  });

  it('covers a channel exactly once when pages are followed in either direction', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 60 }), (lastSeq, limit) => {
        const forward: number[] = [];
        for (let afterSeq = 0, complete = false; !complete;) {
          const page = pageRange({ afterSeq, limit }, lastSeq);
          for (let seq = page.first; seq <= page.last; seq += 1) forward.push(seq);
          ({ complete } = page);
          afterSeq = page.last;
        }
        const backward: number[] = [];
        for (let beforeSeq = lastSeq + 1, complete = false; !complete;) {
          const page = pageRange({ beforeSeq, limit }, lastSeq);
          for (let seq = page.last; seq >= page.first; seq -= 1) backward.push(seq);
          ({ complete } = page);
          beforeSeq = page.first;
        }
        const all = Array.from({ length: lastSeq }, (_, index) => index + 1);
        expect(forward).toEqual(all);
        expect(backward.toReversed()).toEqual(all);
      }),
    );
  });
});
