import { describe, expect, it } from '@jest/globals';
import { judgeRefresh } from './session.ts';

const now = new Date('2026-01-01T12:00:00Z');
const later = new Date('2026-01-01T13:00:00Z');
const earlier = new Date('2026-01-01T11:00:00Z');

const presented = (token: { usedAt?: Date; expiresAt?: Date } = {}, revokedAt: Date | null = null) => ({
  token: { hash: 'h', sessionId: 's', issuedAt: earlier, expiresAt: later, usedAt: null, ...token },
  session: { id: 's', accountId: 'a', createdAt: earlier, expiresAt: later, revokedAt },
});

describe('judgeRefresh', () => {
  it.each([
    ['fresh', presented(), 'rotate'],
    ['expiring this very moment', presented({ expiresAt: now }), 'expired'],
    ['used', presented({ usedAt: earlier }), 'reused'],
    ['used and expired', presented({ usedAt: earlier, expiresAt: earlier }), 'reused'],
    ['of an ended session', presented({}, earlier), 'revoked'],
    ['used, of an ended session', presented({ usedAt: earlier }, earlier), 'revoked'],
  ])('a token that is %s', (_name, token, verdict) => {
    expect(judgeRefresh(token, now)).toBe(verdict);
  });
});
