import { describe, expect, test } from '@jest/globals';
import { describeChanges, isReady, platformSchema } from './conditions.ts';

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

  test('says what is new or different, by message, else by reason', () => {
    const before = conditions(condition('Ready', 'False', '3 of 17 Ready'), condition('Paused', 'False'));
    const after = conditions(
      condition('Ready', 'False', '4 of 17 Ready'),
      condition('Paused', 'False'),
      condition('Progressing', 'True', '', 'Installing'),
    );
    expect(describeChanges(before, after)).toEqual([
      'Ready=False: 4 of 17 Ready',
      'Progressing=True: Installing',
    ]);
  });

  test('nothing, when nothing differs', () => {
    const same = conditions(condition('Ready', 'True', 'all is well'));
    expect(describeChanges(same, same)).toEqual([]);
  });
});
