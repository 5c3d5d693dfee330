import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Pool, PoolClient } from 'pg';
import type { OutboxStore } from './outbox.ts';
import type { Migration } from './sql-migration.ts';

export const outboxMigration: Migration = {
  id: 'kit-outbox-1',
  sql: `CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    event jsonb NOT NULL
  )`,
};

/** Within the transaction of the change the event tells of. */
export const insertOutbox = async (client: PoolClient, event: CloudEvent): Promise<void> => {
  await client.query('INSERT INTO outbox (event_id, event) VALUES ($1, $2)', [
    event.id,
    JSON.stringify(event),
  ]);
};

/** The table holds only what is to be published: a row goes when the broker has its event. */
export const postgresOutbox = (pool: Pool): OutboxStore => ({
  async pending(limit) {
    const { rows } = await pool.query<{ event: CloudEvent }>(
      'SELECT event FROM outbox ORDER BY position LIMIT $1',
      [limit],
    );
    return rows.map(({ event }) => ({ event }));
  },
  async markPublished(events) {
    await pool.query('DELETE FROM outbox WHERE event_id = ANY($1::uuid[])', [
      events.map(({ event }) => event.id),
    ]);
  },
});
