import { unavailable } from '@chatplatform/kit/errors';
import { createInboxIndex, createOutboxIndex } from '@chatplatform/kit/mongo';
import type { Collection, Db } from 'mongodb';
import { collectionsOf } from './collections.ts';

/** Raise it with every change to `migrateSchema`. */
const SCHEMA_VERSION = 2;

/** Far longer than an event of the message may still be on its way. */
const WITHDRAWALS_KEPT_SECONDS = 90 * 24 * 3600;

interface SchemaDocument {
  _id: 'schema';
  version: number;
}

function schemaCollection(db: Db): Collection<SchemaDocument> {
  return db.collection('schema');
}

/** Creates the indexes. Idempotent and safe to run several times at once. */
export async function migrateSchema(db: Db): Promise<void> {
  const { memberships, fanOuts, withdrawals, notifications, devices } = collectionsOf(db);
  await memberships.createIndex({ channelId: 1, active: 1 });
  await fanOuts.createIndex({ dueAt: 1 });
  await fanOuts.createIndex({ channelId: 1, occurredAt: 1 });
  await fanOuts.createIndex({ settledAt: 1 });
  await withdrawals.createIndex({ at: 1 }, { expireAfterSeconds: WITHDRAWALS_KEPT_SECONDS });
  await notifications.createIndex({ eventId: 1, userId: 1 }, { unique: true });
  await notifications.createIndex({ userId: 1, _id: -1 });
  await notifications.createIndex({ nextAttemptAt: 1 });
  await createOutboxIndex(notifications);
  await devices.createIndex({ token: 1 }, { unique: true });
  await devices.createIndex({ userId: 1 });
  await createInboxIndex(db);
  await schemaCollection(db).updateOne(
    { _id: 'schema' },
    { $max: { version: SCHEMA_VERSION } },
    { upsert: true },
  );
}

/** Rejects until `migrateSchema` of this version has run. */
export async function checkSchema(db: Db): Promise<void> {
  const schema = await schemaCollection(db).findOne({ _id: 'schema' });
  if ((schema?.version ?? 0) < SCHEMA_VERSION) {
    throw unavailable('schema.missing', 'The database is not migrated: run `node src/migrate.ts`.');
  }
}
