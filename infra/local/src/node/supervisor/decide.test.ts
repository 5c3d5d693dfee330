import { describe, expect, test } from '@jest/globals';
import { backoffMs, decide } from './decide.ts';
import type { Observation } from './decide.ts';

const calm: Observation = { wanted: 'a', running: 'a', failures: 0, failedAt: undefined, now: 100_000 };

describe('decide', () => {
  test.each<[string, Partial<Observation>, string]>([
    ['runs as wanted', {}, 'keep'],
    ['does not run', { running: undefined }, 'start'],
    ['runs with another specification', { running: 'b' }, 'stop'],
    ['runs and should not', { wanted: undefined }, 'stop'],
    ['neither wanted nor running', { wanted: undefined, running: undefined }, 'keep'],
    ['ended just now', { running: undefined, failures: 1, failedAt: 99_900 }, 'wait'],
    ['ended, pause over', { running: undefined, failures: 1, failedAt: 99_500 }, 'start'],
    ['ended often', { running: undefined, failures: 5, failedAt: 93_000 }, 'wait'],
  ])('%s', (_, change, decision) => expect(decide({ ...calm, ...change })).toBe(decision));
});

test('the pause doubles from half a second up to half a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 100].map(backoffMs)).toEqual([
    0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
});
