import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { createPool } from '../postgres.ts';

/** A schema of its own in a shared database, for a role that may lack the right to make databases. */
export const openSchema = async (
  url: string,
): Promise<{ pool: Pool; url: string; dispose(): Promise<void> }> => {
  const schema = `t_${randomUUID().replaceAll('-', '')}`;
  const admin = createPool(url);
  await admin.query(`CREATE SCHEMA ${schema}`);
  const own = new URL(url);
  own.searchParams.set('options', `-c search_path=${schema}`);
  const pool = createPool(own.href);
  return {
    pool,
    url: own.href,
    dispose: async () => {
      await pool.end();
      await admin.query(`DROP SCHEMA ${schema} CASCADE`);
      await admin.end();
    },
  };
};
