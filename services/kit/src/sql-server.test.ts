import { afterEach, describe, expect, jest, test } from '@jest/globals';
import sql from 'mssql';
import { newEvent } from './events.ts';
import {
  insertOutbox,
  isUniqueViolation,
  markInInbox,
  parseSqlServerUrl,
  pruneInbox,
  sqlServerOutbox,
} from './sql-server.ts';

describe('SQL Server URL', () => {
  test('encrypts and checks the certificate unless told otherwise', () => {
    expect(parseSqlServerUrl('mssql://sa:p%40ss%2Fword@db/auth')).toMatchObject({
      server: 'db',
      port: 1433,
      user: 'sa',
      password: 'p@ss/word',
      database: 'auth',
      options: { encrypt: true, trustServerCertificate: false, abortTransactionOnError: true },
    });
    expect(
      parseSqlServerUrl('mssql://sa:x@db:11433/auth?encrypt=false&trustServerCertificate=true'),
    ).toMatchObject({ port: 11433, options: { encrypt: false, trustServerCertificate: true } });
  });

  test.each(['postgres://a:b@db/auth', 'mssql://a:b@db', 'db:1433', ''])(
    'refuses %j, and does not repeat it',
    (url) => {
      expect(() => parseSqlServerUrl(url)).toThrow('SQL_URL: must be mssql://');
    },
  );
});

describe('unique violation', () => {
  const failure = (number: number): Error =>
    Object.assign(new Error("Violation of UNIQUE KEY constraint 'UQ_Thing_Name'."), { number });
  test('is told by number, and by name when asked', () => {
    expect([2627, 2601, 547].map((number) => isUniqueViolation(failure(number)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(isUniqueViolation(failure(2627), 'UQ_Thing_Name')).toBe(true);
    expect(isUniqueViolation(failure(2627), 'UQ_Thing')).toBe(false);
  });
});

/** Without a server: the statements and how their parameters are typed. The contract suite runs them where one is. */
describe('T-SQL', () => {
  type Sent = { text: string; parameters: Record<string, { type: unknown; value: unknown }> };
  const sent: Sent[] = [];
  const answer = (recordset: unknown[], rowsAffected = [1]): void => {
    jest.spyOn(sql.Request.prototype, 'query').mockImplementation(async function (
      this: unknown,
      text: unknown,
    ) {
      const { parameters } = this as { parameters: Sent['parameters'] };
      sent.push({ text: String(text).replaceAll(/\s+/g, ' ').trim(), parameters });
      return { recordset, rowsAffected } as never;
    } as never);
  };
  afterEach(() => {
    jest.restoreAllMocks();
    sent.length = 0;
  });
  const pool = new sql.ConnectionPool(parseSqlServerUrl('mssql://a:b@db/auth'));
  const transaction = new sql.Transaction(pool);
  const event = newEvent({ type: 'sample.thing.v1', source: '/s', subject: 'a', data: {}, now: new Date(0) });

  test('writes an event by parameters only', async () => {
    answer([]);
    await insertOutbox(transaction, event);
    expect(sent[0]?.text).toBe('INSERT INTO [Outbox] ([EventId], [Event]) VALUES (@eventId, @event)');
    expect(sent[0]?.parameters).toMatchObject({
      eventId: { type: sql.UniqueIdentifier, value: event.id },
      event: { value: JSON.stringify(event) },
    });
  });

  test('reads pending events in order, up to the limit', async () => {
    answer([{ Event: JSON.stringify(event) }]);
    expect(await sqlServerOutbox(pool).pending(7)).toEqual([{ event }]);
    expect(sent[0]?.text).toBe('SELECT TOP (@limit) [Event] AS [Event] FROM [Outbox] ORDER BY [Position]');
    expect(sent[0]?.parameters).toMatchObject({ limit: { value: 7 } });
  });

  test('marks many events by one statement', async () => {
    answer([]);
    await sqlServerOutbox(pool).markPublished([{ event }, { event: { ...event, id: 'other' } }]);
    expect(sent[0]?.text).toContain('STRING_SPLIT(@eventIds');
    expect(sent[0]?.parameters).toMatchObject({ eventIds: { value: `${event.id},other` } });
  });

  test('takes an event once: by what the statement changed', async () => {
    answer([], [1]);
    expect(await markInInbox(transaction, event.id)).toBe(true);
    jest.restoreAllMocks();
    answer([], [0]);
    expect(await markInInbox(transaction, event.id)).toBe(false);
    expect(sent[1]?.text).toContain('WITH (UPDLOCK, HOLDLOCK)');
  });

  test('forgets by time', async () => {
    answer([]);
    await pruneInbox(pool, new Date(0));
    expect(sent[0]?.text).toBe('DELETE TOP (@batch) FROM [Inbox] WHERE [DoneAt] < @before');
    expect(sent[0]?.parameters).toMatchObject({ before: { value: new Date(0) } });
  });
});
