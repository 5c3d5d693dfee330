import { describe, expect, it } from '@jest/globals';
import { upkeepOf } from './upkeep.ts';

describe('upkeepOf', () => {
  const policy = { tokenGraceMs: 1000, maxBufferedPackets: 10 };
  const session = { expiresAt: 5000, presenceDueAt: 3000 };
  it.each([
    ['before anything is due', 2999, 0, 'nothing'],
    ['when presence is due', 3000, 0, 'renew-presence'],
    ['when the reader is slow', 2000, 11, 'cut-slow'],
    ['within the grace after the token ended', 5999, 0, 'renew-presence'],
    ['after the grace, whatever else', 6000, 11, 'end-expired'],
  ])('%s', (_, now, buffered, expected) => {
    expect(upkeepOf(policy, session, buffered, now)).toBe(expected);
  });
});
