import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import { toError } from './errors.ts';

export { checkSchema, migrate } from './postgres-migrate.ts';
export type { Migration } from './postgres-migrate.ts';
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

const isRetryable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && RETRYABLE.has(String(error.code));

const attempt = async <T>(client: PoolClient, fn: (client: PoolClient) => Promise<T>): Promise<T> => {
  await client.query('BEGIN');
  try {
    const result = await fn(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
};

/**
 * Commits what `fn` did, or nothing of it. `fn` runs again, up to three times, after a deadlock or a serialisation
 * failure: effects outside the database do not belong in it.
 */
export const inTransaction = async <T>(pool: Pool, fn: (client: PoolClient) => Promise<T>): Promise<T> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(client, fn);
      } catch (error) {
        if (tries >= ATTEMPTS || !isRetryable(error)) throw error;
      }
    }
  } catch (error) {
    broken = toError(error);
    throw error;
  } finally {
    // A client that failed may still be inside a transaction: only a clean one goes back into the pool.
    client.release(broken);
  }
};

const UNIQUE_VIOLATION = '23505';

/** True when a write failed on a unique constraint, of that name when one is given. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === UNIQUE_VIOLATION &&
  (constraint === undefined || ('constraint' in error && error.constraint === constraint));
