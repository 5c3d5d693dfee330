import { randomBytes } from 'node:crypto';
import { connectMongo } from '@chatplatform/kit/mongo';
import type { MongoConnection } from '@chatplatform/kit/mongo';

export interface TestDatabase extends MongoConnection {
  readonly name: string;
  drop(): Promise<void>;
}

/** A database of its own on a shared server, so that suites run side by side. */
export async function createTestDatabase(url: string): Promise<TestDatabase> {
  const name = `user_test_${randomBytes(6).toString('hex')}`;
  const connection = await connectMongo({ url, database: name });
  return {
    ...connection,
    name,
    async drop() {
      await connection.db.dropDatabase();
      await connection.close();
    },
  };
}
