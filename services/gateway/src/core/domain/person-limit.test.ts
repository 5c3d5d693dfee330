import { describe, expect, it } from '@jest/globals';
import { PersonLimit } from './person-limit.ts';

describe('PersonLimit', () => {
  it('holds back who asks too often, and nobody else', () => {
    const limit = new PersonLimit({ perSecond: 2, burst: 3 });
    const asked = (userId: string, at: number) => limit.take(userId, at).allowed;
    expect([0, 0, 0, 0].map((at) => asked('ada', at))).toEqual([true, true, true, false]);
    expect(asked('bob', 0)).toBe(true);
    expect(limit.take('ada', 0).retryAfterMs).toBe(500);
    expect(asked('ada', 500)).toBe(true);
  });

  it('keeps nothing of those who have not asked for a while', () => {
    const limit = new PersonLimit({ perSecond: 2, burst: 3 });
    for (let person = 0; person < 100; person += 1) limit.take(`person ${person}`, person);
    expect(limit.size).toBe(100);
    limit.take('ada', 10_000);
    expect(limit.size).toBe(1);
  });
});
