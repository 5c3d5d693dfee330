import { describe, expect, it } from '@jest/globals';
import { presenceOf, presenceValue } from './presence.ts';

describe('presenceOf', () => {
  const now = 1_000;
  const [alive, dead] = [presenceValue(1_001, false), presenceValue(1_000, false)];
  const [hidden, deadHidden] = [presenceValue(1_001, true), presenceValue(1_000, true)];
  it.each([
    ['nobody', {}, { connected: false, shown: false, dead: [] }],
    ['one device', { a: alive }, { connected: true, shown: true, dead: [] }],
    ['a device of a gateway that died', { a: dead }, { connected: false, shown: false, dead: ['a'] }],
    ['one of each', { a: dead, b: alive }, { connected: true, shown: true, dead: ['a'] }],
    ['a device that hides', { a: hidden }, { connected: true, shown: false, dead: [] }],
    [
      'one that hides beside one that does not',
      { a: alive, b: hidden },
      { connected: true, shown: false, dead: [] },
    ],
    ['one that hid and died', { a: alive, b: deadHidden }, { connected: true, shown: true, dead: ['b'] }],
  ])('%s', (_, entries, expected) => {
    expect(presenceOf(entries, now)).toEqual(expected);
  });
});
