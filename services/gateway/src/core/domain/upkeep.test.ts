import { describe, expect, it } from '@jest/globals';
import { upkeepOf } from './upkeep.ts';

describe('upkeepOf', () => {
  const policy = { tokenGraceMs: 1000 };
  const session = { expiresAt: 5000, presenceDueAt: 3000 };
  it.each([
    ['before anything is due', 2999, 'nothing'],
    ['when presence is due', 3000, 'renew-presence'],
    ['within the grace after the token ended', 5999, 'renew-presence'],
    ['after the grace, whatever else', 6000, 'end-expired'],
  ])('%s', (_, now, expected) => {
    expect(upkeepOf(policy, session, now)).toBe(expected);
  });
});
