import { inTransaction } from '@chatplatform/kit/sql-server';
import type { ConnectionPool } from 'mssql';
import type { FailedLoginStore } from '../../core/ports/failed-login-store.ts';
import { affected, execute, types } from './statement.ts';
import type { Executor } from './statement.ts';

interface CountRow {
  readonly Key: string;
  readonly Failures: number;
  readonly WindowStartedAt: Date;
}

/** UPDLOCK with SERIALIZABLE also locks the place of a key that is not there yet: of two at once, one inserts and the other then updates. */
const UPDATE = `UPDATE [FailedLogins] WITH (UPDLOCK, SERIALIZABLE)
  SET [Failures] = CASE WHEN [WindowStartedAt] >= @windowFloor THEN [Failures] + 1 ELSE 1 END,
    [WindowStartedAt] = CASE WHEN [WindowStartedAt] >= @windowFloor THEN [WindowStartedAt] ELSE @now END
  WHERE [Key] = @key`;
const INSERT = 'INSERT INTO [FailedLogins] ([Key], [Failures], [WindowStartedAt]) VALUES (@key, 1, @now)';

const addOne = async (on: Executor, key: string, now: Date, windowFloor: Date): Promise<void> => {
  const row = { key: [types.key, key], now: [types.time, now] } as const;
  const updated = await execute(on, UPDATE, { ...row, windowFloor: [types.time, windowFloor] });
  if (affected(updated) === 0) await execute(on, INSERT, row);
};

export function sqlServerFailedLogins(pool: ConnectionPool): FailedLoginStore {
  return {
    async counts(keys, windowFloor) {
      const { recordset } = await execute<CountRow>(
        pool,
        `SELECT [Key] AS [Key], [Failures] AS [Failures], [WindowStartedAt] AS [WindowStartedAt]
         FROM [FailedLogins]
         WHERE [Key] IN (SELECT [value] FROM STRING_SPLIT(@keys, N',')) AND [WindowStartedAt] >= @windowFloor`,
        { keys: [types.longText, keys.join(',')], windowFloor: [types.time, windowFloor] },
      );
      return recordset.map((row) => ({
        key: row.Key,
        failures: row.Failures,
        windowStartedAt: row.WindowStartedAt,
      }));
    },
    async recordFailure(keys, now, windowFloor) {
      await inTransaction(pool, async (transaction) => {
        // Ordered, so that two failures at once lock the rows they share in the same order.
        for (const key of [...keys].sort()) await addOne(transaction, key, now, windowFloor);
      });
    },
    async clear(key) {
      await execute(pool, 'DELETE FROM [FailedLogins] WHERE [Key] = @key', { key: [types.key, key] });
    },
    async deleteStale(windowFloor) {
      await execute(pool, 'DELETE FROM [FailedLogins] WHERE [WindowStartedAt] < @windowFloor', {
        windowFloor: [types.time, windowFloor],
      });
    },
  };
}
