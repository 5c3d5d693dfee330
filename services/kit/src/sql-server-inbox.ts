import sql from 'mssql';
import type { ConnectionPool, Transaction } from 'mssql';
import { PRUNE_BATCH } from './inbox-pruning.ts';
import type { Migration } from './sql-migration.ts';

export const inboxMigration: Migration = {
  id: 'kit-inbox-1',
  sql: `CREATE TABLE [Inbox] (
    [EventId] UNIQUEIDENTIFIER NOT NULL CONSTRAINT [PK_Inbox] PRIMARY KEY,
    [DoneAt] DATETIME2(3) NOT NULL CONSTRAINT [DF_Inbox_DoneAt] DEFAULT SYSUTCDATETIME()
  );
  CREATE INDEX [IX_Inbox_DoneAt] ON [Inbox] ([DoneAt])`,
};

/**
 * Within the transaction of the event's effect, before it. A second delivery at the same time waits here for the first
 * to commit. The locks make look and insert one step: a duplicate key would end the whole transaction.
 * @returns false when the event was handled before: do nothing
 */
export const markInInbox = async (transaction: Transaction, eventId: string): Promise<boolean> => {
  const request = new sql.Request(transaction);
  request.input('eventId', sql.UniqueIdentifier, eventId);
  const { rowsAffected } = await request.query(
    `INSERT INTO [Inbox] ([EventId])
     SELECT @eventId
     WHERE NOT EXISTS (SELECT 1 FROM [Inbox] WITH (UPDLOCK, HOLDLOCK) WHERE [EventId] = @eventId)`,
  );
  return rowsAffected[0] === 1;
};

/** Forgets events done before that time, in batches, so that none holds many rows. Returns how many. */
export const pruneInbox = async (pool: ConnectionPool, before: Date): Promise<number> => {
  let pruned = 0;
  for (;;) {
    const request = new sql.Request(pool);
    request.input('before', sql.DateTime2(3), before);
    request.input('batch', sql.Int, PRUNE_BATCH);
    const { rowsAffected } = await request.query('DELETE TOP (@batch) FROM [Inbox] WHERE [DoneAt] < @before');
    pruned += rowsAffected[0] ?? 0;
    if ((rowsAffected[0] ?? 0) < PRUNE_BATCH) return pruned;
  }
};
