import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { takeOne } from './rate-limit.ts';

describe('takeOne', () => {
  it('lets a burst through at once, then one an interval', () => {
    const limit = { perSecond: 10, burst: 3 };
    let fullAt = 0;
    const take = (now: number): boolean => {
      const decision = takeOne(limit, fullAt, now);
      ({ fullAt } = decision);
      return decision.allowed;
    };
    expect([take(1000), take(1000), take(1000), take(1000)]).toEqual([true, true, true, false]);
    expect([take(1099), take(1100), take(1100)]).toEqual([false, true, false]);
    expect([take(9000), take(9000), take(9000), take(9000)]).toEqual([true, true, true, false]);
  });

  it('never lets more through than burst + rate x time, and the retry time it gives is true', () => {
    const gaps = fc.array(fc.nat(400), { minLength: 1, maxLength: 100 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        gaps,
        (perSecond, burst, waits) => {
          const limit = { perSecond, burst };
          let [now, fullAt, taken] = [1_000_000, 0, 0];
          const start = now;
          for (const wait of waits) {
            now += wait;
            const decision = takeOne(limit, fullAt, now);
            ({ fullAt } = decision);
            if (decision.allowed) taken += 1;
            else expect(takeOne(limit, fullAt, now + Math.ceil(decision.retryAfterMs)).allowed).toBe(true);
          }
          expect(taken).toBeLessThanOrEqual(burst + ((now - start) / 1000) * perSecond + 1e-6);
        },
      ),
    );
  });
});
