import sql from 'mssql';
import type { ConnectionPool, Transaction } from 'mssql';
import { ConfigError } from './config.ts';
import { isError } from './errors.ts';

export { checkSchema, migrate } from './sql-server-migrate.ts';
export { insertOutbox, outboxMigration, sqlServerOutbox } from './sql-server-outbox.ts';
export { inboxMigration, markInInbox, pruneInbox } from './sql-server-inbox.ts';
export { dueMigrations } from './sql-migration.ts';
export type { Migration, MigrationPhase } from './sql-migration.ts';

const flag = (value: string | null, fallback: boolean): boolean =>
  value === null ? fallback : value === 'true';

/**
 * `mssql://user:password@host:1433/database?encrypt=true&trustServerCertificate=false` as the driver wants it. Traffic
 * is encrypted and the certificate checked unless the URL says otherwise.
 */
export const parseSqlServerUrl = (url: string, max = 10): sql.config => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const database = parsed?.pathname.slice(1);
  if (parsed?.protocol !== 'mssql:' || database === undefined || database === '')
    throw new ConfigError(
      [{ key: 'SQL_URL', message: 'must be mssql://user:password@host:1433/database' }],
      [],
    );
  return {
    server: parsed.hostname,
    port: Number(parsed.port || 1433),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(database),
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    pool: { max, min: 0 },
    options: {
      encrypt: flag(parsed.searchParams.get('encrypt'), true),
      trustServerCertificate: flag(parsed.searchParams.get('trustServerCertificate'), false),
      enableArithAbort: true,
      // XACT_ABORT: any error ends the whole transaction, as it does in PostgreSQL.
      abortTransactionOnError: true,
    },
  };
};

/** @throws when the server is away or the login fails */
export const createPool = async (url: string, options: { max?: number } = {}): Promise<ConnectionPool> => {
  const pool = new sql.ConnectionPool(parseSqlServerUrl(url, options.max));
  // A lost connection: the pool replaces it, and without a listener the process would end.
  pool.on('error', () => undefined);
  return pool.connect();
};

const numberOf = (error: unknown): number | undefined =>
  isError(error) && 'number' in error && typeof error.number === 'number' ? error.number : undefined;

const DEADLOCK_VICTIM = 1205;
const ATTEMPTS = 3;

const once = async <T>(pool: ConnectionPool, fn: (transaction: Transaction) => Promise<T>): Promise<T> => {
  const transaction = new sql.Transaction(pool);
  await transaction.begin(sql.ISOLATION_LEVEL.READ_COMMITTED);
  try {
    const result = await fn(transaction);
    await transaction.commit();
    return result;
  } catch (error) {
    // The server has often ended the transaction already; the first error is the one to tell.
    await transaction.rollback().catch(() => undefined);
    throw error;
  }
};

/**
 * Commits what `fn` did, or nothing of it. `fn` runs again, up to three times in all, when it was the victim of a
 * deadlock: effects outside the database do not belong in it.
 */
export const inTransaction = async <T>(
  pool: ConnectionPool,
  fn: (transaction: Transaction) => Promise<T>,
): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await once(pool, fn);
    } catch (error) {
      if (tries >= ATTEMPTS || numberOf(error) !== DEADLOCK_VICTIM) throw error;
    }
  }
};

/** 2627: a constraint; 2601: a unique index. */
const DUPLICATES = new Set([2627, 2601]);

/** True when a write failed on a unique constraint or index, of that name when one is given. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean => {
  const number = numberOf(error);
  if (number === undefined || !DUPLICATES.has(number)) return false;
  return constraint === undefined || (isError(error) && error.message.includes(`'${constraint}'`));
};
