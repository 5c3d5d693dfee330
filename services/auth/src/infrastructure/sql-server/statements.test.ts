import { beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { newEvent } from '@chatplatform/kit/events';
import sql from 'mssql';
import { registeredEvent } from '../../core/domain/registered-event.ts';
import { sessionRevokedEvent } from '../../core/domain/session-revoked-event.ts';
import type { Revocation } from '../../core/ports/session-repository.ts';
import { recordingMssql } from '../../testing/recording-mssql.ts';
import type { Stores } from '../stores.ts';

/**
 * Holds the T-SQL and its parameter types still where no SQL Server is at hand; whether the server agrees is what
 * `stores.integration.test.ts` asks when MSSQL_URL is set.
 */
const mssql = recordingMssql(sql);
jest.unstable_mockModule('mssql', () => mssql.module);

const T0 = new Date('2026-03-01T10:00:00.123Z');
const T1 = new Date('2026-03-01T10:15:00.000Z');
const account = {
  id: '019a0000-0000-7000-8000-000000000001',
  email: 'Ada@Example.org',
  username: 'ada',
  displayName: 'Ada',
  roles: ['admin'],
  passwordHash: '$argon2id$',
  createdAt: T0,
};
const accountRow = {
  Id: account.id,
  Email: account.email,
  Username: account.username,
  DisplayName: account.displayName,
  Roles: '["admin"]',
  PasswordHash: account.passwordHash,
  CreatedAt: T0,
};
const session = { id: 'session-1', accountId: account.id, createdAt: T0, expiresAt: T1, revokedAt: null };
const token = { hash: 'h1', sessionId: session.id, issuedAt: T0, expiresAt: T1, usedAt: null };
const revocation: Revocation = {
  reason: 'logout',
  at: T1,
  eventOf: (ended) => sessionRevokedEvent(ended, { reason: 'logout', accessTokenTtlSeconds: 600 }, newEvent),
};
const presentedRow = {
  Id: session.id,
  AccountId: account.id,
  CreatedAt: T0,
  ExpiresAt: T1,
  RevokedAt: null,
  Hash: 'h1',
  TokenIssuedAt: T0,
  TokenExpiresAt: T1,
  TokenUsedAt: null,
};
const serverError = (number: number): Error => Object.assign(new Error(`error ${number}`), { number });

describe('stores on SQL Server, statement by statement', () => {
  let stores: Stores;
  const stored: string[] = [];
  beforeAll(async () => {
    const { openSqlServerStores } = await import('./stores.ts');
    const onEventStored = ({ id }: { id: string }): void => void stored.push(id);
    stores = await openSqlServerStores({ url: 'mssql://sa:x@db.example.org/auth', onEventStored });
  });
  beforeEach(() => {
    mssql.taken();
    stored.length = 0;
  });
  const create = () => stores.accounts.create(account, registeredEvent(account, newEvent));

  it('creates an account with its event in one transaction', async () => {
    await expect(create()).resolves.toBe('created');
    expect(mssql.taken()).toMatchSnapshot();
    expect(stored).toHaveLength(1);
  });

  it.each([
    [2627, [{ recordset: [accountRow] }], 'email-taken'],
    [2601, [{ recordset: [] }, { recordset: [accountRow] }], 'username-taken'],
  ])('tells on error %d which name is taken, after rolling back', async (number, lookups, outcome) => {
    mssql.answer({ error: serverError(number) }, ...lookups);
    await expect(create()).resolves.toBe(outcome);
    expect(mssql.taken().slice(2, 3)).toEqual(['ROLLBACK']);
    expect(stored).toEqual([]);
  });

  it('lets every other error through, and tries again after a deadlock', async () => {
    mssql.answer({ error: serverError(547) });
    await expect(create()).rejects.toThrow('error 547');
    mssql.answer({ error: serverError(1205) });
    await expect(create()).resolves.toBe('created');
  });

  it('finds accounts', async () => {
    mssql.answer({ recordset: [accountRow] }, { recordset: [accountRow] });
    await expect(stores.accounts.findById(account.id)).resolves.toEqual(account);
    await expect(stores.accounts.findByLogin('ada@example.org')).resolves.toEqual(account);
    await expect(stores.accounts.findByLogin('ada')).resolves.toBeNull();
    expect(mssql.taken()).toMatchSnapshot();
  });

  it('replaces a password hash', async () => {
    await stores.accounts.replacePasswordHash(account.id, 'old', 'new');
    expect(mssql.taken()).toMatchSnapshot();
  });

  it('opens, finds and ends sessions', async () => {
    await stores.sessions.open(session, token);
    mssql.answer({ recordset: [presentedRow] }, { recordset: [presentedRow] });
    await expect(stores.sessions.findById(session.id)).resolves.toEqual(session);
    await expect(stores.sessions.findByTokenHash('h1')).resolves.toEqual({ session, token });
    mssql.answer({ recordset: [{ Id: session.id, AccountId: account.id }] }, {});
    await stores.sessions.revoke({ sessionId: session.id }, revocation);
    mssql.answer({ recordset: [{ Id: session.id, AccountId: account.id }] }, {});
    await stores.sessions.revoke({ accountId: account.id }, revocation);
    mssql.answer({ recordset: [{ Id: session.id, AccountId: account.id, RevokedAt: T1 }] });
    await expect(stores.sessions.revokedSince({ at: T0, afterId: 'x' }, 5_000)).resolves.toEqual([
      { id: session.id, accountId: account.id, revokedAt: T1 },
    ]);
    expect(stored).toHaveLength(2);
    await expect(stores.sessions.deleteExpired(T1, 500)).resolves.toBe(1);
    expect(mssql.taken()).toMatchSnapshot();
  });

  it('rotates a token in one transaction', async () => {
    await expect(stores.sessions.rotate('h1', { ...token, hash: 'h2' })).resolves.toBe(true);
    expect(mssql.taken()).toMatchSnapshot();
  });

  it.each([
    ['the session was revoked', [{ rowsAffected: 0 }], 2],
    ['the token was used', [{}, { rowsAffected: 0 }], 3],
  ])('rolls a rotation back when %s', async (_reason, results, rollbackAt) => {
    mssql.answer(...results);
    await expect(stores.sessions.rotate('h1', { ...token, hash: 'h2' })).resolves.toBe(false);
    expect(mssql.taken().indexOf('ROLLBACK')).toBe(rollbackAt);
  });

  it('counts failed logins: updates what is there, inserts what is not, in the order of keys', async () => {
    mssql.answer({ rowsAffected: 1 }, { rowsAffected: 0 });
    await stores.failedLogins.recordFailure(['pair:b', 'account:a'], T1, T0);
    mssql.answer({ recordset: [{ Key: 'pair:b', Failures: 2, WindowStartedAt: T0 }] });
    await expect(stores.failedLogins.counts(['pair:b', 'account:a'], T0)).resolves.toEqual([
      { key: 'pair:b', failures: 2, windowStartedAt: T0 },
    ]);
    await stores.failedLogins.clear('pair:b');
    await stores.failedLogins.deleteStale(T0);
    expect(mssql.taken()).toMatchSnapshot();
  });

  it('keeps values out of every statement, quotes every name, and aliases every column it reads', async () => {
    await create();
    await stores.accounts.findByLogin('ada');
    await stores.sessions.findByTokenHash('h1');
    await stores.sessions.rotate('h1', { ...token, hash: 'h2' });
    await stores.sessions.revoke({ accountId: account.id }, revocation);
    await stores.sessions.revokedSince({ at: T0, afterId: 'x' }, 1);
    await stores.failedLogins.counts(['pair:b'], T0);
    for (const { text } of mssql.taken().filter((each) => typeof each !== 'string')) {
      expect(text.replaceAll("N','", '')).not.toMatch(/'|\*/);
      expect(text.replaceAll(/\[\w+\]/g, '')).not.toMatch(/\b(Accounts|Sessions|Id|Key|Email|Hash)\b/);
      if (text.startsWith('SELECT')) {
        const columns = text.slice('SELECT '.length, text.indexOf(' FROM '));
        expect(columns.split(', ').every((column) => / AS \[\w+\]$/.test(column))).toBe(true);
      }
    }
  });
});
