import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export interface TestSchema {
  /** Connects into the schema, which is new and empty. */
  readonly url: string;
  drop(): Promise<void>;
}

/** A schema of its own on a shared server, so that suites run side by side. */
export async function createTestSchema(serverUrl: string): Promise<TestSchema> {
  const schema = `auth_test_${randomBytes(6).toString('hex')}`;
  const run = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: serverUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await run(`CREATE SCHEMA ${schema}`);
  const url = new URL(serverUrl);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return { url: url.href, drop: () => run(`DROP SCHEMA ${schema} CASCADE`) };
}
