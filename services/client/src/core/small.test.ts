import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { problem } from '../testing/fake-platform.ts';
import { backoffMs } from './backoff.ts';
import { describeFailure, failureOf } from './failure.ts';
import { uuidv7 } from './ids.ts';
import { setTyping, TYPING_LAPSES_AFTER_MS, typingNow } from './typing.ts';

describe('backoffMs', () => {
  test('stays between half of the ceiling and the ceiling, and obeys the server', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 60_000 }),
        (failures, random, retryAfterMs) => {
          const wait = backoffMs({ firstMs: 100, longestMs: 5000 }, failures, random, retryAfterMs);
          const ceiling = Math.min(5000, 100 * 2 ** (failures - 1));
          expect(wait).toBeGreaterThanOrEqual(Math.max(ceiling / 2, retryAfterMs));
          expect(wait).toBeLessThanOrEqual(Math.max(ceiling, retryAfterMs * 1.25));
        },
      ),
    );
  });
});

describe('failureOf', () => {
  test.each([
    [400, 'refused'],
    [401, 'session'],
    [403, 'refused'],
    [404, 'refused'],
    [409, 'refused'],
    [413, 'refused'],
    [422, 'refused'],
    [408, 'later'],
    [429, 'later'],
    [500, 'later'],
    [502, 'later'],
    [503, 'later'],
  ])('%i is %s', (status, kind) => {
    expect(failureOf(problem(status)).kind).toBe(kind);
  });

  test('the time to wait is told in milliseconds', () => {
    expect(failureOf(problem(429, { retryAfterSeconds: 1.5 }))).toMatchObject({ retryAfterMs: 1500 });
  });

  test('a person reads the fields, else the detail, else the title', () => {
    const fields = [{ field: 'text', message: 'is empty' }];
    expect(describeFailure(failureOf(problem(400, { detail: 'Wrong.', errors: fields })))).toBe(
      'text: is empty',
    );
    expect(describeFailure(failureOf(problem(400, { detail: 'Wrong.' })))).toBe('Wrong.');
    expect(describeFailure(failureOf(problem(400)))).toBe('No.');
    expect(describeFailure({ kind: 'lost' })).toMatch(/did not answer/);
  });
});

test('uuidv7 is well-formed and sorts by time', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 2 ** 40 }),
      fc.integer({ min: 1, max: 2 ** 30 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      (now, more, random) => {
        const [earlier, later] = [uuidv7(now, random), uuidv7(now + more, random)];
        expect(earlier).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(earlier < later).toBe(true);
        expect(parseInt(earlier.replace('-', '').slice(0, 12), 16)).toBe(now);
      },
    ),
  );
});

test('typing lapses, and ends when told', () => {
  const typing = setTyping(new Map(), { channelId: 'c', userId: 'u', typing: true }, 1000);
  expect(typingNow(typing, 'c', 1000)).toEqual(['u']);
  expect(typingNow(typing, 'd', 1000)).toEqual([]);
  expect(typingNow(typing, 'c', 1000 + TYPING_LAPSES_AFTER_MS)).toEqual([]);
  expect(
    typingNow(setTyping(typing, { channelId: 'c', userId: 'u', typing: false }, 1001), 'c', 1001),
  ).toEqual([]);
});
