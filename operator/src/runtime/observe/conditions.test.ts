import { expect, test } from '@jest/globals';
import { FakeClock } from '../../../test/fake-clock.ts';
import { formatMicroTime, mergeConditions } from './conditions.ts';
import type { Condition, ConditionDecision } from './types.ts';

const ready = (status: Condition['status'], message = ''): ConditionDecision => ({
  type: 'Ready',
  status,
  reason: status === 'True' ? 'AllReady' : 'Waiting',
  message,
  observedGeneration: 2,
});

test('the transition time moves only when the status flips', () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 1));
  const first = mergeConditions([], [ready('False')], clock);
  expect(first[0]?.lastTransitionTime).toBe('2026-01-01T00:00:00Z');
  clock.advance(60_000);
  const second = mergeConditions(first, [ready('False', 'still')], clock);
  expect(second[0]).toMatchObject({ lastTransitionTime: '2026-01-01T00:00:00Z', message: 'still' });
  clock.advance(60_000);
  const third = mergeConditions(second, [ready('True')], clock);
  expect(third[0]).toMatchObject({ lastTransitionTime: '2026-01-01T00:02:00Z', observedGeneration: 2 });
});

test('what was not decided again is dropped; the order is that of the decisions', () => {
  const clock = new FakeClock();
  const old = mergeConditions([], [{ ...ready('True'), type: 'Old' }, ready('True')], clock);
  const next = mergeConditions(old, [ready('True'), { ...ready('True'), type: 'New' }], clock);
  expect(next.map(({ type }) => type)).toEqual(['Ready', 'New']);
});

test('MicroTime has six digits', () => {
  expect(formatMicroTime(Date.UTC(2026, 0, 1, 0, 0, 0, 7))).toBe('2026-01-01T00:00:00.007000Z');
});
