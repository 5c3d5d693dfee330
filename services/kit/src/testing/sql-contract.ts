import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newEvent } from '../events.ts';
import type { CloudEvent } from '../events.ts';
import type { OutboxStore } from '../outbox.ts';
import type { Migration } from '../sql-migration.ts';

/** What every SQL adapter offers, in its own types of pool and transaction. */
export type SqlAdapter<P, X> = {
  /** A pool on an empty database of its own, and how to be rid of both. */
  open(): Promise<{ pool: P; dispose(): Promise<void> }>;
  migrate(pool: P, migrations: readonly Migration[]): Promise<string[]>;
  checkSchema(pool: P, migrations: readonly Migration[]): Promise<void>;
  inTransaction<T>(pool: P, fn: (transaction: X) => Promise<T>): Promise<T>;
  outboxMigration: Migration;
  inboxMigration: Migration;
  insertOutbox(transaction: X, event: CloudEvent): Promise<void>;
  outbox(pool: P): OutboxStore;
  markInInbox(transaction: X, eventId: string): Promise<boolean>;
  pruneInbox(pool: P, before: Date): Promise<number>;
  isUniqueViolation(error: unknown, constraint?: string): boolean;
  uniqueConstraint: string;
};

const event = (n: number): CloudEvent =>
  newEvent({
    type: 'sample.thing.v1',
    source: '/services/test',
    subject: 'a',
    data: { n, text: 'ü – ✓' },
    now: new Date(),
  });

/** One suite, run for each engine. */
export const sqlContract = <P, X>(adapter: SqlAdapter<P, X>): void => {
  let pool: P;
  let dispose: () => Promise<void>;
  const all = [adapter.outboxMigration, adapter.inboxMigration];
  const write = (sent: CloudEvent): Promise<void> =>
    adapter.inTransaction(pool, (transaction) => adapter.insertOutbox(transaction, sent));

  beforeAll(async () => {
    ({ pool, dispose } = await adapter.open());
  }, 60_000);
  afterAll(() => dispose());

  test('is not ready before the migrations', async () => {
    await expect(adapter.checkSchema(pool, all)).rejects.toThrow();
  });

  test('migrates once, however many processes do so at once', async () => {
    const results = await Promise.all([1, 2, 3].map(() => adapter.migrate(pool, all)));
    expect(results.flat().sort()).toEqual(all.map(({ id }) => id).sort());
    await adapter.checkSchema(pool, all);
    expect(await adapter.migrate(pool, all)).toEqual([]);
  });

  test('names a migration that is missing, that fails, or that was edited, and applies nothing of it', async () => {
    const broken = { id: 'broken', sql: 'CREATE TABLE half (a int); SELECT * FROM nowhere' };
    await expect(adapter.checkSchema(pool, [...all, broken])).rejects.toThrow('broken');
    await expect(adapter.migrate(pool, [...all, broken])).rejects.toThrow('migration broken failed');
    await expect(
      adapter.migrate(pool, [...all, { ...broken, sql: 'CREATE TABLE half (a int)' }]),
    ).resolves.toEqual(['broken']);
    const edited = { ...adapter.inboxMigration, sql: 'SELECT 1' };
    await expect(adapter.migrate(pool, [edited])).rejects.toThrow('was edited');
  });

  test('keeps events in order until they are marked', async () => {
    const sent = [event(1), event(2), event(3)];
    for (const one of sent) await write(one);
    const outbox = adapter.outbox(pool);
    expect((await outbox.pending(2)).map((one) => one.event)).toEqual(sent.slice(0, 2));
    await outbox.markPublished(await outbox.pending(2));
    expect((await outbox.pending(10)).map((one) => one.event)).toEqual(sent.slice(2));
    await outbox.markPublished(sent.map((one) => ({ event: one })));
    expect(await outbox.pending(10)).toEqual([]);
  });

  test('a transaction that fails leaves no event', async () => {
    const failing = adapter.inTransaction(pool, async (transaction) => {
      await adapter.insertOutbox(transaction, event(1));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await adapter.outbox(pool).pending(10)).toEqual([]);
  });

  test('tells a duplicate, and the pool goes on working', async () => {
    const sent = event(1);
    await write(sent);
    const error: unknown = await write(sent).catch((thrown: unknown) => thrown);
    expect(adapter.isUniqueViolation(error)).toBe(true);
    expect(adapter.isUniqueViolation(error, adapter.uniqueConstraint)).toBe(true);
    expect(adapter.isUniqueViolation(error, 'another')).toBe(false);
    await adapter.outbox(pool).markPublished([{ event: sent }]);
  });

  test('of deliveries at the same time one has the effect', async () => {
    const id = randomUUID();
    const handle = (): Promise<boolean> =>
      adapter.inTransaction(pool, (transaction) => adapter.markInInbox(transaction, id));
    const outcomes = await Promise.all(Array.from({ length: 8 }, handle));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await handle()).toBe(false);
  });

  test('an effect that fails is not remembered as done', async () => {
    const id = randomUUID();
    const failing = adapter.inTransaction(pool, async (transaction) => {
      await adapter.markInInbox(transaction, id);
      throw new Error('effect failed');
    });
    await expect(failing).rejects.toThrow('effect failed');
    expect(await adapter.inTransaction(pool, (transaction) => adapter.markInInbox(transaction, id))).toBe(
      true,
    );
  });

  test('forgets only what is older than asked for', async () => {
    const id = randomUUID();
    const mark = (): Promise<boolean> =>
      adapter.inTransaction(pool, (transaction) => adapter.markInInbox(transaction, id));
    expect(await mark()).toBe(true);
    expect(await adapter.pruneInbox(pool, new Date(Date.now() - 3_600_000))).toBe(0);
    expect(await mark()).toBe(false);
    expect(await adapter.pruneInbox(pool, new Date(Date.now() + 3_600_000))).toBeGreaterThan(0);
    expect(await mark()).toBe(true);
  });
};
