import sql from 'mssql';
import type { ConnectionPool, Transaction } from 'mssql';
import { checksumOf, migrationFailure, missingMigrations, requireApplied } from './sql-migration.ts';
import type { Migration } from './sql-migration.ts';

const LOCK_TIMEOUT_MS = 300_000;

const CREATE_TABLE = `
IF OBJECT_ID(N'SchemaMigrations', N'U') IS NULL
CREATE TABLE [SchemaMigrations] (
  [Id] NVARCHAR(128) NOT NULL CONSTRAINT [PK_SchemaMigrations] PRIMARY KEY,
  [Checksum] CHAR(64) NOT NULL,
  [AppliedAt] DATETIME2(3) NOT NULL CONSTRAINT [DF_SchemaMigrations_AppliedAt] DEFAULT SYSUTCDATETIME()
)`;

const takeLock = async (transaction: Transaction): Promise<void> => {
  const request = new sql.Request(transaction);
  request.input('Resource', sql.NVarChar(255), 'schema-migrations');
  request.input('LockMode', sql.VarChar(32), 'Exclusive');
  request.input('LockOwner', sql.VarChar(32), 'Transaction');
  request.input('LockTimeout', sql.Int, LOCK_TIMEOUT_MS);
  const { returnValue } = await request.execute('sp_getapplock');
  if (Number(returnValue) < 0) throw new Error('another migration holds the lock');
};

const appliedChecksums = async (on: ConnectionPool | Transaction): Promise<Map<string, string>> => {
  const request = on instanceof sql.Transaction ? new sql.Request(on) : new sql.Request(on as ConnectionPool);
  const { recordset } = await request.query<{ Id: string; Checksum: string }>(
    'SELECT [Id] AS [Id], [Checksum] AS [Checksum] FROM [SchemaMigrations]',
  );
  return new Map(recordset.map((row) => [row.Id, row.Checksum]));
};

const apply = async (transaction: Transaction, migration: Migration): Promise<void> => {
  try {
    await new sql.Request(transaction).batch(migration.sql);
    const record = new sql.Request(transaction);
    record.input('id', sql.NVarChar(128), migration.id);
    record.input('checksum', sql.Char(64), checksumOf(migration));
    await record.query('INSERT INTO [SchemaMigrations] ([Id], [Checksum]) VALUES (@id, @checksum)');
  } catch (error) {
    throw migrationFailure(migration, error);
  }
};

/**
 * Brings the schema up to date in one transaction; safe when several processes do so at once, for one waits for the
 * other (five minutes at most).
 * @returns the ids applied by this call
 * @throws when a migration fails (nothing is applied) or an applied one was edited
 */
export const migrate = async (pool: ConnectionPool, migrations: readonly Migration[]): Promise<string[]> => {
  const transaction = new sql.Transaction(pool);
  await transaction.begin();
  try {
    await takeLock(transaction);
    await new sql.Request(transaction).batch(CREATE_TABLE);
    const missing = missingMigrations(migrations, await appliedChecksums(transaction));
    for (const migration of missing) await apply(transaction, migration);
    await transaction.commit();
    return missing.map(({ id }) => id);
  } catch (error) {
    // XACT_ABORT has often ended it already.
    await transaction.rollback().catch(() => undefined);
    throw error;
  }
};

/** For readiness. @throws when a migration is missing */
export const checkSchema = async (pool: ConnectionPool, migrations: readonly Migration[]): Promise<void> =>
  requireApplied(migrations, await appliedChecksums(pool));
