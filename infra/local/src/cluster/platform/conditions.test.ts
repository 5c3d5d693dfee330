import { describe, expect, test } from '@jest/globals';
import { describeChanges, describeProgress, isReady, platformSchema } from './conditions.ts';

const platform = (status: object, generation = 2) =>
  platformSchema.parse({ metadata: { name: 'demo', generation }, status });
const condition = (type: string, status: string, message = '', reason = 'Because') => ({
  type,
  status,
  message,
  reason,
});

describe('isReady', () => {
  test.each([
    ['no status', {}, false],
    ['not ready', { conditions: [{ ...condition('Ready', 'False'), observedGeneration: 2 }] }, false],
    ['ready', { conditions: [{ ...condition('Ready', 'True'), observedGeneration: 2 }] }, true],
    [
      'ready, of an older specification',
      { conditions: [{ ...condition('Ready', 'True'), observedGeneration: 1 }] },
      false,
    ],
  ])('%s: %s', (_, status, expected) => expect(isReady(platform(status))).toBe(expected));

  test('an object the operator has not seen yet', () => {
    expect(isReady(platformSchema.parse({ metadata: { generation: 1 } }))).toBe(false);
  });
});

describe('describeChanges', () => {
  const conditions = (...list: object[]) => platform({ conditions: list }).status.conditions;

  test('a new platform: only what is true is news, and sums of the others never are', () => {
    const after = conditions(
      condition('Ready', 'False', 'redis: 0/1 Pods serve'),
      condition('Progressing', 'True', 'waits for stores'),
      condition('ConfigurationReady', 'True', 'serving'),
      condition('RedisReady', 'False', '0/1 Pods serve'),
      condition('Degraded', 'False', 'nothing needs a person'),
    );
    expect(describeChanges([], after)).toEqual(['ConfigurationReady=True: serving']);
  });

  test('what came true, what ceased to be, and each new trouble', () => {
    const before = conditions(
      condition('RedisReady', 'False', '0/1 Pods serve'),
      condition('AuthReady', 'True', 'serving'),
      condition('MailReady', 'False', 'waits for stores'),
      condition('Degraded', 'True', 'a Secret is missing'),
    );
    const after = conditions(
      condition('RedisReady', 'True', '', 'Serving'),
      condition('AuthReady', 'False', '0/1 Pods serve'),
      condition('MailReady', 'False', '0/1 Pods serve'),
      condition('Degraded', 'True', 'an image cannot be pulled'),
    );
    expect(describeChanges(before, after)).toEqual([
      'RedisReady=True: Serving',
      'AuthReady=False: 0/1 Pods serve',
      'Degraded=True: an image cannot be pulled',
    ]);
  });

  test('nothing, when nothing differs', () => {
    const same = conditions(
      condition('RedisReady', 'True', 'serving'),
      condition('Degraded', 'True', 'still so'),
    );
    expect(describeChanges(same, same)).toEqual([]);
  });
});

test('describeProgress', () => {
  const conditions = (...list: object[]) => platform({ conditions: list }).status.conditions;
  expect(describeProgress([])).toBe('waiting for the operator');
  expect(describeProgress(conditions(condition('Ready', 'False', 'no')))).toBe('no');
  expect(
    describeProgress(
      conditions(condition('Ready', 'False', 'no'), condition('Progressing', 'True', 'waits for stores')),
    ),
  ).toBe('waits for stores');
});
