import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import { errorCode, isError } from './errors.ts';
import { withClient } from './postgres-client.ts';

export { checkSchema, migrate } from './postgres-migrate.ts';
export { dueMigrations } from './sql-migration.ts';
export type { Migration, MigrationPhase } from './sql-migration.ts';
export { insertOutbox, outboxMigration, postgresOutbox } from './postgres-outbox.ts';
export { inboxMigration, markInInbox, pruneInbox } from './postgres-inbox.ts';

/** Connects at the first use and replaces connections that are lost. */
export const createPool = (url: string, options: { max?: number; applicationName?: string } = {}): Pool => {
  const pool = new Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 30_000,
    keepAlive: true,
  });
  // An idle connection was lost: the pool has already dropped it, and without a listener the process would end.
  pool.on('error', () => undefined);
  return pool;
};

/** Serialisation failure and deadlock: the transaction did nothing and may be tried again as a whole. */
const RETRYABLE = new Set(['40001', '40P01']);
const ATTEMPTS = 3;

const isRetryable = (error: unknown): boolean => RETRYABLE.has(errorCode(error));

const once = async <T>(client: PoolClient, fn: (client: PoolClient) => Promise<T>): Promise<T> => {
  await client.query('BEGIN');
  try {
    const result = await fn(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // Fails when the connection is gone, and then there is nothing to roll back; the first error is the one to tell.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
};

const withRetries = async <T>(client: PoolClient, fn: (client: PoolClient) => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await once(client, fn);
    } catch (error) {
      if (tries >= ATTEMPTS || !isRetryable(error)) throw error;
    }
  }
};

/**
 * Commits what `fn` did, or nothing of it. `fn` runs again, up to three times in all, after a deadlock or a
 * serialisation failure: effects outside the database do not belong in it.
 */
export const inTransaction = <T>(pool: Pool, fn: (client: PoolClient) => Promise<T>): Promise<T> =>
  withClient(pool, 'reuse', (client) => withRetries(client, fn));

const UNIQUE_VIOLATION = '23505';

/** True when a write failed on a unique constraint, of that name when one is given. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  errorCode(error) === UNIQUE_VIOLATION &&
  (constraint === undefined || (isError(error) && 'constraint' in error && error.constraint === constraint));
