import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';

/** Applied once, in the order of the list, each in a transaction of its own. Never edited once released. */
export type Migration = { readonly id: string; readonly sql: string };

/** Any fixed number: all migrations of one database take the same lock. */
const LOCK = 7_262_025;

const checksumOf = (sql: string): string => createHash('sha256').update(sql).digest('hex');

const appliedChecksums = async (client: Pool | PoolClient): Promise<Map<string, string>> => {
  const { rows } = await client.query<{ id: string; checksum: string }>(
    'SELECT id, checksum FROM schema_migrations',
  );
  return new Map(rows.map((row) => [row.id, row.checksum]));
};

const apply = async (client: PoolClient, { id, sql }: Migration): Promise<void> => {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query('INSERT INTO schema_migrations (id, checksum) VALUES ($1, $2)', [id, checksumOf(sql)]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`migration ${id} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};

const applyMissing = async (client: PoolClient, migrations: readonly Migration[]): Promise<string[]> => {
  await client.query(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
       id text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const applied = await appliedChecksums(client);
  const fresh: string[] = [];
  for (const migration of migrations) {
    const checksum = applied.get(migration.id);
    if (checksum === undefined) {
      await apply(client, migration);
      fresh.push(migration.id);
    } else if (checksum !== checksumOf(migration.sql)) {
      throw new Error(
        `migration ${migration.id} was edited after it had been applied: add a new one instead`,
      );
    }
  }
  return fresh;
};

/**
 * Brings the schema up to date; safe when several processes do so at once, for one waits for the other.
 * @returns the ids applied by this call
 * @throws when a migration fails (it leaves no trace) or an applied one was edited
 */
export const migrate = async (pool: Pool, migrations: readonly Migration[]): Promise<string[]> => {
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    return await applyMissing(client, migrations);
  } finally {
    // Destroyed, not given back: it ends the lock and the setting whatever went wrong before.
    client.release(true);
  }
};

/** For readiness. @throws when a migration is missing */
export const checkSchema = async (pool: Pool, migrations: readonly Migration[]): Promise<void> => {
  const applied = await appliedChecksums(pool);
  const missing = migrations.filter(({ id }) => !applied.has(id)).map(({ id }) => id);
  if (missing.length > 0) throw new Error(`migrations not applied: ${missing.join(', ')}`);
};
