import type { Pool, PoolClient } from 'pg';
import { PRUNE_BATCH } from './inbox-pruning.ts';
import type { Migration } from './sql-migration.ts';

export const inboxMigration: Migration = {
  id: 'kit-inbox-1',
  sql: `CREATE TABLE inbox (
    event_id uuid PRIMARY KEY,
    done_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX inbox_done_at ON inbox (done_at)`,
};

/**
 * Within the transaction of the event's effect, before it. A second delivery at the same time waits here for the first
 * to commit.
 * @returns false when the event was handled before: do nothing
 */
export const markInInbox = async (client: PoolClient, eventId: string): Promise<boolean> => {
  const { rowCount } = await client.query('INSERT INTO inbox (event_id) VALUES ($1) ON CONFLICT DO NOTHING', [
    eventId,
  ]);
  return rowCount === 1;
};

/** Forgets events done before that time, in batches, so that none holds many rows. Returns how many. */
export const pruneInbox = async (pool: Pool, before: Date): Promise<number> => {
  let pruned = 0;
  for (;;) {
    const { rowCount } = await pool.query(
      'DELETE FROM inbox WHERE event_id IN (SELECT event_id FROM inbox WHERE done_at < $1 LIMIT $2)',
      [before, PRUNE_BATCH],
    );
    pruned += rowCount ?? 0;
    if ((rowCount ?? 0) < PRUNE_BATCH) return pruned;
  }
};
