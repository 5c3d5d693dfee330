import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import sql from 'mssql';
import type { ConnectionPool, Transaction } from 'mssql';
import type { OutboxStore } from './outbox.ts';
import type { Migration } from './sql-migration.ts';

export const outboxMigration: Migration = {
  id: 'kit-outbox-1',
  sql: `CREATE TABLE [Outbox] (
    [Position] BIGINT IDENTITY(1, 1) NOT NULL CONSTRAINT [PK_Outbox] PRIMARY KEY,
    [EventId] UNIQUEIDENTIFIER NOT NULL CONSTRAINT [UQ_Outbox_EventId] UNIQUE,
    [Event] NVARCHAR(MAX) NOT NULL
  )`,
};

/** Within the transaction of the change the event tells of. */
export const insertOutbox = async (transaction: Transaction, event: CloudEvent): Promise<void> => {
  const request = new sql.Request(transaction);
  request.input('eventId', sql.UniqueIdentifier, event.id);
  request.input('event', sql.NVarChar(sql.MAX), JSON.stringify(event));
  await request.query('INSERT INTO [Outbox] ([EventId], [Event]) VALUES (@eventId, @event)');
};

/** The table holds only what is to be published: a row goes when the broker has its event. */
export const sqlServerOutbox = (pool: ConnectionPool): OutboxStore => ({
  async pending(limit) {
    const request = new sql.Request(pool);
    request.input('limit', sql.Int, limit);
    const { recordset } = await request.query<{ Event: string }>(
      'SELECT TOP (@limit) [Event] AS [Event] FROM [Outbox] ORDER BY [Position]',
    );
    return recordset.map((row) => {
      const event: CloudEvent = JSON.parse(row.Event);
      return { event };
    });
  },
  async markPublished(events) {
    const request = new sql.Request(pool);
    request.input('eventIds', sql.NVarChar(sql.MAX), events.map(({ event }) => event.id).join(','));
    await request.query(
      `DELETE FROM [Outbox] WHERE [EventId] IN
         (SELECT CAST([value] AS UNIQUEIDENTIFIER) FROM STRING_SPLIT(@eventIds, N','))`,
    );
  },
});
