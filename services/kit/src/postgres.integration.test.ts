import { afterAll, expect, test } from '@jest/globals';
import * as postgres from './postgres.ts';
import { openSchema } from './testing/postgres-schema.ts';
import { sqlContract } from './testing/sql-contract.ts';
import { describeWith } from './testing/require-store.ts';

describeWith('POSTGRES_URL', 'SQL contract on PostgreSQL', (url) => {
  sqlContract({
    ...postgres,
    open: () => openSchema(url),
    outbox: postgres.postgresOutbox,
    uniqueConstraint: 'outbox_event_id_key',
  });
});

describeWith('POSTGRES_URL', 'transactions on PostgreSQL', (url) => {
  const pool = postgres.createPool(url);
  afterAll(() => pool.end());

  test('tries again after a serialisation failure', async () => {
    let tries = 0;
    const result = await postgres.inTransaction(pool, async (client) => {
      tries += 1;
      if (tries < 3) await client.query(`DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$`);
      return 'done';
    });
    expect([result, tries]).toEqual(['done', 3]);
  });

  test('survives a connection that the server ends', async () => {
    const killed = postgres.inTransaction(pool, (client) =>
      client.query('SELECT pg_terminate_backend(pg_backend_pid())'),
    );
    await expect(killed).rejects.toThrow();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});
