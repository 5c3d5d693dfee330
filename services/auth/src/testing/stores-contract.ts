import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { newEvent } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import type { Account } from '../core/domain/account.ts';
import { registeredEvent } from '../core/domain/registered-event.ts';
import { sessionRevokedEvent } from '../core/domain/session-revoked-event.ts';
import type { RefreshToken, RevocationReason, Session } from '../core/domain/session.ts';
import type { Revocation } from '../core/ports/session-repository.ts';
import { sha256Hex } from '../infrastructure/refresh-token-factory.ts';
import type { Stores } from '../infrastructure/stores.ts';

const T0 = new Date('2026-03-01T10:00:00.123Z');
const after = (seconds: number): Date => new Date(T0.getTime() + seconds * 1000);

const someAccount = (change: Partial<Account> = {}): Account => {
  const id = newId();
  const name = `user-${id.slice(-12)}`;
  return {
    id,
    email: `${name}@Example.org`,
    username: name,
    displayName: 'Zoë 雪 🎿',
    roles: ['admin', 'auditor'],
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    createdAt: T0,
    ...change,
  };
};

const someSession = (accountId: string): { session: Session; token: RefreshToken } => {
  const session = { id: newId(), accountId, createdAt: T0, expiresAt: after(3600), revokedAt: null };
  return { session, token: tokenOf(session.id) };
};

const tokenOf = (sessionId: string, issuedAt = T0, expiresAt = after(3600)): RefreshToken => ({
  hash: sha256Hex(newId()),
  sessionId,
  issuedAt,
  expiresAt,
  usedAt: null,
});

const revocation = (reason: RevocationReason, at: Date): Revocation => ({
  reason,
  at,
  eventOf: (session) => sessionRevokedEvent(session, { reason, accessTokenTtlSeconds: 600 }, newEvent),
});

/**
 * What every engine must do alike. The database given is empty at first and used by nothing else.
 * @param open called in `beforeAll`; the result is closed in `afterAll`
 */
export function storesContract(open: (onEventStored: (event: CloudEvent) => void) => Promise<Stores>): void {
  const stored: CloudEvent[] = [];
  let stores: Stores;
  beforeAll(async () => {
    stores = await open((event) => stored.push(event));
    await expect(stores.checkSchema()).rejects.toThrow();
    await Promise.all([stores.migrate('all'), stores.migrate('all')]);
  }, 60_000);
  afterAll(() => stores.close());

  const create = async (account = someAccount()): Promise<Account> => {
    await expect(stores.accounts.create(account, registeredEvent(account, newEvent))).resolves.toBe(
      'created',
    );
    return account;
  };
  const open1 = async (): Promise<{ session: Session; token: RefreshToken }> => {
    const { id } = await create();
    const opened = someSession(id);
    await stores.sessions.open(opened.session, opened.token);
    return opened;
  };

  describe('schema', () => {
    it('is there once migrated, and migrating again changes nothing', async () => {
      await expect(stores.checkSchema()).resolves.toBeUndefined();
      await expect(stores.migrate('all')).resolves.toEqual([]);
    });
  });

  describe('accounts', () => {
    it('come back as they were stored', async () => {
      const account = await create();
      await expect(stores.accounts.findById(account.id)).resolves.toEqual(account);
      await expect(stores.accounts.findByLogin(account.username)).resolves.toEqual(account);
      await expect(stores.accounts.findByLogin(account.email.toLowerCase())).resolves.toEqual(account);
    });

    it('are not found when there are none', async () => {
      await expect(stores.accounts.findById(newId())).resolves.toBeNull();
      await expect(stores.accounts.findByLogin('nobody')).resolves.toBeNull();
      await expect(stores.accounts.findByLogin("o'hara; --@example.org")).resolves.toBeNull();
    });

    it('are unique by e-mail and by username whatever the letter case, and say which it was', async () => {
      const first = await create();
      const clash = async (change: Partial<Account>): Promise<string> => {
        const account = someAccount(change);
        return stores.accounts.create(account, registeredEvent(account, newEvent));
      };
      await expect(clash({ email: first.email.toUpperCase() })).resolves.toBe('email-taken');
      await expect(clash({ username: first.username.toUpperCase() })).resolves.toBe('username-taken');
      await expect(clash({ email: first.email, username: first.username })).resolves.toBe('email-taken');
    });

    it('tell letters with and without accents apart', async () => {
      const account = await create(
        someAccount({ email: `${newId()}@example.org`, username: `u${newId().slice(-9)}e` }),
      );
      const accented = account.username.replace(/e$/, 'é');
      await expect(stores.accounts.findByLogin(accented)).resolves.toBeNull();
    });

    it('give one of two at once the name', async () => {
      const username = `race-${newId().slice(-12)}`;
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => {
          const account = someAccount({ username });
          return stores.accounts.create(account, registeredEvent(account, newEvent));
        }),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'username-taken')).toHaveLength(7);
    });

    it('replace a password hash only while it is the one that was read', async () => {
      const account = await create();
      await stores.accounts.replacePasswordHash(account.id, 'some other hash', 'third');
      await expect(stores.accounts.findById(account.id)).resolves.toEqual(account);
      await stores.accounts.replacePasswordHash(account.id, account.passwordHash, 'second');
      await expect(stores.accounts.findById(account.id)).resolves.toEqual({
        ...account,
        passwordHash: 'second',
      });
    });
  });

  describe('outbox', () => {
    it('holds the event of each account created, in order, until it is published; none of a refused one', async () => {
      await stores.outbox.markPublished(await stores.outbox.pending(1000));
      stored.length = 0;
      const first = await create();
      await stores.accounts.create(first, registeredEvent(first, newEvent));
      const second = await create();
      const pending = await stores.outbox.pending(10);
      expect(pending.map(({ event }) => event.subject)).toEqual([first.id, second.id]);
      expect(pending.map(({ event }) => event)).toEqual(stored);
      expect(await stores.outbox.pending(1)).toHaveLength(1);
      await stores.outbox.markPublished(pending.slice(0, 1));
      await stores.outbox.markPublished(pending.slice(0, 1));
      expect(await stores.outbox.pending(10)).toMatchObject([{ event: { subject: second.id } }]);
    });
  });

  describe('sessions', () => {
    it('are found by the hash of their token', async () => {
      const { session, token } = await open1();
      await expect(stores.sessions.findByTokenHash(token.hash)).resolves.toEqual({ session, token });
      await expect(stores.sessions.findById(session.id)).resolves.toEqual(session);
      await expect(stores.sessions.findByTokenHash(sha256Hex('other'))).resolves.toBeNull();
      await expect(stores.sessions.findById(newId())).resolves.toBeNull();
    });

    it('rotate: the old token is used, the new one lives, the session is prolonged', async () => {
      const { session, token } = await open1();
      const next = tokenOf(session.id, after(60), after(7200));
      await expect(stores.sessions.rotate(token.hash, next)).resolves.toBe(true);
      const prolonged = { ...session, expiresAt: after(7200) };
      await expect(stores.sessions.findByTokenHash(token.hash)).resolves.toEqual({
        session: prolonged,
        token: { ...token, usedAt: after(60) },
      });
      await expect(stores.sessions.findByTokenHash(next.hash)).resolves.toEqual({
        session: prolonged,
        token: next,
      });
    });

    it('let one of many rotations at once through', async () => {
      const { session, token } = await open1();
      const successors = Array.from({ length: 8 }, () => tokenOf(session.id, after(1)));
      const outcomes = await Promise.all(successors.map((next) => stores.sessions.rotate(token.hash, next)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const kept = await Promise.all(successors.map(({ hash }) => stores.sessions.findByTokenHash(hash)));
      expect(kept.map((found) => found !== null)).toEqual(outcomes);
    });

    it('write nothing when the session was revoked, and keep the first reason', async () => {
      const { session, token } = await open1();
      await stores.sessions.revoke({ sessionId: session.id }, revocation('refresh-token-reuse', after(5)));
      await stores.sessions.revoke({ sessionId: session.id }, revocation('logout', after(9)));
      const next = tokenOf(session.id, after(10));
      await expect(stores.sessions.rotate(token.hash, next)).resolves.toBe(false);
      await expect(stores.sessions.findByTokenHash(next.hash)).resolves.toBeNull();
      await expect(stores.sessions.findByTokenHash(token.hash)).resolves.toEqual({
        session: { ...session, revokedAt: after(5) },
        token,
      });
    });

    it('end with an event each, stored in the same write and once only', async () => {
      const { session } = await open1();
      const other = someSession(session.accountId);
      await stores.sessions.open(other.session, other.token);
      const bystander = await open1();
      await stores.outbox.markPublished(await stores.outbox.pending(1000));
      stored.length = 0;
      await stores.sessions.revoke({ sessionId: session.id }, revocation('logout', after(5)));
      await stores.sessions.revoke({ sessionId: session.id }, revocation('logout', after(6)));
      await stores.sessions.revoke(
        { accountId: session.accountId },
        revocation('logout-everywhere', after(7)),
      );
      const pending = (await stores.outbox.pending(10)).map(({ event }) => event);
      expect(pending).toEqual(stored);
      expect(pending.map(({ data }) => data)).toEqual([
        expect.objectContaining({
          sessionId: session.id,
          reason: 'logout',
          revokedAt: after(5).toISOString(),
        }),
        expect.objectContaining({ sessionId: other.session.id, reason: 'logout-everywhere' }),
      ]);
      await expect(stores.sessions.findById(bystander.session.id)).resolves.toMatchObject({
        revokedAt: null,
      });
      await stores.outbox.markPublished(await stores.outbox.pending(10));
    });

    it('store no event, and live on, when the write fails', async () => {
      const { session } = await open1();
      await stores.outbox.markPublished(await stores.outbox.pending(1000));
      const failing = {
        ...revocation('logout', after(5)),
        eventOf: () => {
          throw new Error('no event');
        },
      };
      await expect(stores.sessions.revoke({ sessionId: session.id }, failing)).rejects.toThrow('no event');
      await expect(stores.sessions.findById(session.id)).resolves.toMatchObject({ revokedAt: null });
      expect(await stores.outbox.pending(10)).toEqual([]);
    });

    it('are listed by the time they were revoked at, which is included', async () => {
      const base = after(1_000_000);
      const at = (seconds: number): Date => new Date(base.getTime() + seconds * 1000);
      const ids: string[] = [];
      for (const seconds of [0, 1, 2, 2]) {
        const { session } = await open1();
        ids.push(session.id);
        await stores.sessions.revoke({ sessionId: session.id }, revocation('logout', at(seconds)));
      }
      const list = async (seconds: number, afterId: string, limit: number): Promise<unknown[]> =>
        (await stores.sessions.revokedSince({ at: at(seconds), afterId }, limit)).map((one) => [
          ids.indexOf(one.id),
          one.revokedAt,
        ]);
      const none = '00000000-0000-0000-0000-000000000000';
      expect(await list(1, none, 10)).toEqual([
        [1, at(1)],
        [2, at(2)],
        [3, at(2)],
      ]);
      expect(await list(0, none, 2)).toHaveLength(2);
      expect(await list(2, ids[2] ?? '', 10)).toEqual([[3, at(2)]]);
      expect(await list(3, none, 2)).toEqual([]);
    });

    it('are deleted once expired, a batch at a time, with their tokens', async () => {
      const opened = [await open1(), await open1(), await open1()];
      const living = opened[2];
      if (living === undefined) throw new Error('three were opened');
      await stores.sessions.rotate(living.token.hash, tokenOf(living.session.id, after(10), after(9000)));
      let deleted = 0;
      for (let batch = 1; batch === 1; deleted += batch)
        batch = await stores.sessions.deleteExpired(after(3600), 1);
      expect(deleted).toBeGreaterThanOrEqual(2);
      await expect(stores.sessions.findByTokenHash(opened[0]?.token.hash ?? '')).resolves.toBeNull();
      await expect(stores.sessions.findById(living.session.id)).resolves.toMatchObject({
        expiresAt: after(9000),
      });
      await stores.sessions.deleteExpired(after(3600), 1000);
      await expect(stores.sessions.findByTokenHash(living.token.hash)).resolves.toBeNull();
    });
  });

  describe('failed logins', () => {
    const floor = after(-900);
    it('are counted per key, and none at once is lost', async () => {
      const [shared, own] = [sha256Hex(newId()), sha256Hex(newId())];
      await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          stores.failedLogins.recordFailure(at % 2 === 0 ? [shared, own] : [own, shared], T0, floor),
        ),
      );
      const counts = await stores.failedLogins.counts([own, shared, sha256Hex('none')], floor);
      expect(counts.map(({ failures }) => failures)).toEqual([20, 20]);
      expect(counts.map(({ windowStartedAt }) => windowStartedAt)).toEqual([T0, T0]);
    });

    it('start anew in a new window', async () => {
      const key = sha256Hex(newId());
      await stores.failedLogins.recordFailure([key], T0, floor);
      await stores.failedLogins.recordFailure([key], after(899), after(-1));
      await expect(stores.failedLogins.counts([key], after(1))).resolves.toEqual([]);
      await stores.failedLogins.recordFailure([key], after(901), after(1));
      await expect(stores.failedLogins.counts([key], after(1))).resolves.toEqual([
        { key, failures: 1, windowStartedAt: after(901) },
      ]);
    });

    it('are forgotten when cleared and when stale', async () => {
      const [cleared, stale, fresh] = [newId(), newId(), newId()];
      await stores.failedLogins.recordFailure([cleared, stale], T0, floor);
      await stores.failedLogins.recordFailure([fresh], after(1000), floor);
      await stores.failedLogins.clear(cleared);
      await stores.failedLogins.deleteStale(after(1));
      const counts = await stores.failedLogins.counts([cleared, stale, fresh], floor);
      expect(counts.map(({ key }) => key)).toEqual([fresh]);
    });
  });
}
