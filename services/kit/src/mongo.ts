import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import { errorCode } from './errors.ts';

export { createOutboxIndex, embeddedOutbox, outboxEntries } from './mongo-outbox.ts';
export type { OutboxEntry } from './mongo-outbox.ts';
export { createInboxIndex, mongoInbox } from './mongo-inbox.ts';

export type MongoConnection = {
  readonly db: Db;
  /** Rejects when the server is away. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

/**
 * A pool on one database; every write waits for a majority. Connects at the first use and again after every loss, so a
 * service starts while its store is away and tells so by its readiness.
 * @throws MongoParseError when the URL is wrong
 */
export const connectMongo = async ({
  url,
  database,
}: {
  url: string;
  database: string;
}): Promise<MongoConnection> => {
  const client = new MongoClient(url, {
    writeConcern: { w: 'majority' },
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 60_000,
    maxPoolSize: 50,
    ignoreUndefined: true,
  });
  const db = client.db(database);
  return {
    db,
    async ping() {
      await db.command({ ping: 1 });
    },
    close: () => client.close(),
  };
};

const DUPLICATE_KEY = '11000';

/** True when a write failed on a unique index. */
export const isDuplicateKey = (error: unknown): boolean => errorCode(error) === DUPLICATE_KEY;
