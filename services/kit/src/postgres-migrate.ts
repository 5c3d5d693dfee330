import type { Pool, PoolClient } from 'pg';
import { withClient } from './postgres-client.ts';
import { checksumOf, migrationFailure, missingMigrations, requireApplied } from './sql-migration.ts';
import type { Migration } from './sql-migration.ts';

/** Any fixed number: all migrations of one database take the same lock. */
const LOCK = 7_262_025;

const appliedChecksums = async (client: Pool | PoolClient): Promise<Map<string, string>> => {
  const { rows } = await client.query<{ id: string; checksum: string }>(
    'SELECT id, checksum FROM schema_migrations',
  );
  return new Map(rows.map((row) => [row.id, row.checksum]));
};

const apply = async (client: PoolClient, migration: Migration): Promise<void> => {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query('INSERT INTO schema_migrations (id, checksum) VALUES ($1, $2)', [
      migration.id,
      checksumOf(migration),
    ]);
    await client.query('COMMIT');
  } catch (error) {
    throw migrationFailure(migration, error);
  }
};

const applyMissing = async (client: PoolClient, migrations: readonly Migration[]): Promise<string[]> => {
  await client.query(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
       id text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const missing = missingMigrations(migrations, await appliedChecksums(client));
  for (const migration of missing) await apply(client, migration);
  return missing.map(({ id }) => id);
};

/**
 * Brings the schema up to date, each migration in a transaction of its own; safe when several processes do so at once,
 * for one waits for the other.
 * @returns the ids applied by this call
 * @throws when a migration fails (it leaves no trace) or an applied one was edited
 */
export const migrate = (pool: Pool, migrations: readonly Migration[]): Promise<string[]> =>
  // Discarded: the end of the session ends the lock, the setting and a failed transaction.
  withClient(pool, 'discard', async (client) => {
    await client.query('SET statement_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    return applyMissing(client, migrations);
  });

/** For readiness. @throws when a migration is missing */
export const checkSchema = async (pool: Pool, migrations: readonly Migration[]): Promise<void> =>
  requireApplied(migrations, await appliedChecksums(pool));
