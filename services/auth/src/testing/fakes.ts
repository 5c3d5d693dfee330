import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Clock } from '@chatplatform/kit/clock';
import { loginKey } from '../core/domain/account.ts';
import type { Account } from '../core/domain/account.ts';
import type { FailureCount } from '../core/domain/login-throttle.ts';
import type { RefreshToken, Session } from '../core/domain/session.ts';
import type { AccountRepository } from '../core/ports/account-repository.ts';
import type { FailedLoginStore } from '../core/ports/failed-login-store.ts';
import type { PasswordHasher } from '../core/ports/password-hasher.ts';
import type { SessionRepository } from '../core/ports/session-repository.ts';

export interface AdjustableClock extends Clock {
  advance(seconds: number): void;
}

export function fakeClock(start = '2026-01-01T00:00:00.000Z'): AdjustableClock {
  let time = Date.parse(start);
  return {
    now: () => new Date(time),
    advance(seconds) {
      time += seconds * 1000;
    },
  };
}

export interface InMemoryAccounts extends AccountRepository {
  readonly rows: Map<string, Account>;
  readonly events: CloudEvent[];
}

export function inMemoryAccounts(): InMemoryAccounts {
  const rows = new Map<string, Account>();
  const events: CloudEvent[] = [];
  const find = (predicate: (account: Account) => boolean): Account | null =>
    [...rows.values()].find(predicate) ?? null;
  return {
    rows,
    events,
    async create(account, event) {
      if (find(({ email }) => loginKey(email) === loginKey(account.email))) return 'email-taken';
      if (find(({ username }) => loginKey(username) === loginKey(account.username))) return 'username-taken';
      rows.set(account.id, account);
      events.push(event);
      return 'created';
    },
    findById: async (id) => rows.get(id) ?? null,
    findByLogin: async (key) =>
      find(({ email, username }) => loginKey(email) === key || loginKey(username) === key),
    async replacePasswordHash(id, previousHash, nextHash) {
      const account = rows.get(id);
      if (account?.passwordHash === previousHash) rows.set(id, { ...account, passwordHash: nextHash });
    },
  };
}

export interface InMemorySessions extends SessionRepository {
  readonly sessions: Map<string, Session>;
  readonly tokens: Map<string, RefreshToken>;
  readonly events: CloudEvent[];
}

export function inMemorySessions(): InMemorySessions {
  const sessions = new Map<string, Session>();
  const tokens = new Map<string, RefreshToken>();
  const events: CloudEvent[] = [];
  return {
    sessions,
    tokens,
    events,
    async open(session, token) {
      sessions.set(session.id, session);
      tokens.set(token.hash, token);
    },
    findById: async (id) => sessions.get(id) ?? null,
    async findByTokenHash(hash) {
      const token = tokens.get(hash);
      const session = token && sessions.get(token.sessionId);
      return token && session ? { token, session } : null;
    },
    async rotate(presentedHash, next) {
      const token = tokens.get(presentedHash);
      const session = sessions.get(next.sessionId);
      if (!token || token.usedAt !== null || !session || session.revokedAt !== null) return false;
      tokens.set(presentedHash, { ...token, usedAt: next.issuedAt });
      tokens.set(next.hash, next);
      sessions.set(session.id, { ...session, expiresAt: next.expiresAt });
      return true;
    },
    async revoke(which, { at, eventOf }) {
      const meant = ({ id, accountId }: Session): boolean =>
        'sessionId' in which ? id === which.sessionId : accountId === which.accountId;
      const living = [...sessions.values()].filter((one) => meant(one) && one.revokedAt === null);
      for (const session of living) {
        sessions.set(session.id, { ...session, revokedAt: at });
        events.push(eventOf({ ...session, revokedAt: at }));
      }
    },
    async revokedSince({ at, afterId }, limit) {
      return [...sessions.values()]
        .flatMap((one) => (one.revokedAt === null ? [] : [{ ...one, revokedAt: one.revokedAt }]))
        .filter(
          ({ id, revokedAt }) => revokedAt > at || (revokedAt.getTime() === at.getTime() && id > afterId),
        )
        .sort((a, b) => a.revokedAt.getTime() - b.revokedAt.getTime() || (a.id < b.id ? -1 : 1))
        .slice(0, limit);
    },
    async deleteExpired(expiredBy, limit) {
      const ids = [...sessions.values()].filter(({ expiresAt }) => expiresAt <= expiredBy).slice(0, limit);
      for (const { id } of ids) sessions.delete(id);
      return ids.length;
    },
  };
}

export function inMemoryFailedLogins(): FailedLoginStore {
  const rows = new Map<string, FailureCount>();
  return {
    counts: async (keys, floor) =>
      keys.flatMap((key) => rows.get(key) ?? []).filter(({ windowStartedAt }) => windowStartedAt >= floor),
    async recordFailure(keys, now, floor) {
      for (const key of keys) {
        const row = rows.get(key);
        const open = row !== undefined && row.windowStartedAt >= floor;
        rows.set(
          key,
          open ? { ...row, failures: row.failures + 1 } : { key, failures: 1, windowStartedAt: now },
        );
      }
    },
    async clear(key) {
      rows.delete(key);
    },
    async deleteStale(floor) {
      for (const [key, { windowStartedAt }] of rows) if (windowStartedAt < floor) rows.delete(key);
    },
  };
}

export interface CountingHasher extends PasswordHasher {
  /** One entry a verification: what it was asked to compare with. */
  readonly verified: (string | null)[];
}

/** Reversible on purpose: `<version>:<password>`. */
export function fakeHasher(version = 'v1'): CountingHasher {
  const verified: (string | null)[] = [];
  return {
    verified,
    hash: async (password) => `${version}:${password}`,
    async verify(hash, password) {
      verified.push(hash);
      return hash !== null && hash.slice(hash.indexOf(':') + 1) === password;
    },
    isOutdated: (hash) => !hash.startsWith(`${version}:`),
  };
}
