import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FAILURE_LIMITS, secondsUntilAllowed, THROTTLE_WINDOW_MS, throttleKeys } from './login-throttle.ts';
import { sha256Hex } from '../../infrastructure/refresh-token-factory.ts';

const start = new Date('2026-01-01T00:00:00Z');
const keys = throttleKeys('ada', '192.0.2.1', sha256Hex);
const count = (scope: string, failures: number) => ({
  key: keys.find((each) => each.scope === scope)?.key ?? '',
  failures,
  windowStartedAt: start,
});

describe('throttleKeys', () => {
  it('reveals neither login nor address and fits the column', () => {
    for (const { key } of keys) {
      expect(key).not.toMatch(/ada|192/);
      expect(key.length).toBeLessThanOrEqual(80);
    }
  });

  it('never shares a key between different pairs', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (login, address, login2, address2) => {
        fc.pre(!login.includes('\n') && !login2.includes('\n') && (login !== login2 || address !== address2));
        const [pair] = throttleKeys(login, address, sha256Hex);
        expect(throttleKeys(login2, address2, sha256Hex)[0]).not.toEqual(pair);
      }),
    );
  });
});

describe('secondsUntilAllowed', () => {
  it('lets in below every limit', () => {
    const below = [count('pair', FAILURE_LIMITS.pair - 1), count('account', FAILURE_LIMITS.account - 1)];
    expect(secondsUntilAllowed(keys, below, start)).toBeNull();
    expect(secondsUntilAllowed(keys, [], start)).toBeNull();
  });

  it.each(['pair', 'account', 'address'] as const)(
    'refuses at the limit of the %s until its window ends',
    (scope) => {
      const counts = [count(scope, FAILURE_LIMITS[scope])];
      const oneSecondBefore = new Date(start.getTime() + THROTTLE_WINDOW_MS - 1000);
      expect(secondsUntilAllowed(keys, counts, start)).toBe(THROTTLE_WINDOW_MS / 1000);
      expect(secondsUntilAllowed(keys, counts, oneSecondBefore)).toBe(1);
      expect(secondsUntilAllowed(keys, counts, new Date(start.getTime() + THROTTLE_WINDOW_MS))).toBeNull();
    },
  );
});
