import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import { errorCode } from './errors.ts';
import { measureCommands } from './mongo-command-metrics.ts';
import { reviveWhenStuck } from './mongo-watchdog.ts';

export { createOutboxIndex, embeddedOutbox, outboxEntries } from './mongo-outbox.ts';
export type { OutboxEntry } from './mongo-outbox.ts';
export { createInboxIndex, mongoInbox } from './mongo-inbox.ts';

export type MongoConnection = {
  readonly db: Db;
  /** Rejects when the server is away. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

const CONNECT_TIMEOUT_MS = 5_000;
const HEARTBEAT_MS = 5_000;
const RETRY_MS = 1_000;

/**
 * The driver's first connection is an attempt: when it fails, the client is left with a topology that is closed for good,
 * and says so to whatever is asked of it from then on. Only another `connect` makes a new one.
 * @returns what ends the attempts
 */
const connectAtLast = (client: MongoClient): (() => void) => {
  const over = new AbortController();
  const attempt = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const connected = await client.connect().then(
        () => true,
        () => false,
      );
      if (connected) return;
      await sleep(RETRY_MS, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
    }
  };
  void attempt();
  return () => over.abort();
};

/**
 * A pool on one database; every write waits for a majority. Connects until it is connected, and again after every loss, so
 * a service starts while its store is away and tells so by its readiness.
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
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    heartbeatFrequencyMS: HEARTBEAT_MS,
    socketTimeoutMS: 60_000,
    maxPoolSize: 50,
    ignoreUndefined: true,
    monitorCommands: true,
  });
  measureCommands(client);
  const stopWatching = reviveWhenStuck(client, {
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    heartbeatMs: HEARTBEAT_MS,
  });
  const stopConnecting = connectAtLast(client);
  const db = client.db(database);
  return {
    db,
    async ping() {
      await db.command({ ping: 1 });
    },
    async close() {
      stopConnecting();
      stopWatching();
      await client.close();
    },
  };
};

const DUPLICATE_KEY = '11000';

/** True when a write failed on a unique index. */
export const isDuplicateKey = (error: unknown): boolean => errorCode(error) === DUPLICATE_KEY;
