import { unavailable } from '@chatplatform/kit/errors';
import { createOutboxIndex } from '@chatplatform/kit/mongo';
import type { Collection, Db } from 'mongodb';
import { channelsIn, entriesIn, membershipsIn } from './documents.ts';

/** Raise it with every change to `migrateSchema`. */
const SCHEMA_VERSION = 4;

interface SchemaDocument {
  _id: 'schema';
  version: number;
}

const schemaIn = (db: Db): Collection<SchemaDocument> => db.collection('schema');

/** Creates the indexes. Idempotent and safe to run several times at once. */
export async function migrateSchema(db: Db): Promise<void> {
  const [channels, memberships, entries] = [channelsIn(db), membershipsIn(db), entriesIn(db)];
  // The promise that what is done is done once, for ever.
  await entries.createIndex({ operation: 1 }, { name: 'operation', unique: true });
  await entries.createIndex({ numberKey: 1 }, { name: 'message_number', unique: true, sparse: true });
  await entries.createIndex({ 'content.attachments.mediaId': 1 }, { name: 'attached_medium', sparse: true });
  await entries.createIndex({ untoldSince: 1 }, { name: 'untold', sparse: true });
  await entries.createIndex({ expiresAt: 1 }, { name: 'unplaced', sparse: true, expireAfterSeconds: 0 });
  await channels.createIndex({ directKey: 1 }, { name: 'direct_pair', unique: true, sparse: true });
  await channels.createIndex({ publicName: 1 }, { name: 'public_name', sparse: true });
  await channels.createIndex({ pendingMemberIds: 1 }, { name: 'incomplete', sparse: true });
  await memberships.createIndex({ userId: 1, active: 1 }, { name: 'channels_of_user' });
  await memberships.createIndex({ channelId: 1, active: 1, joinedAt: 1 }, { name: 'members_of_channel' });
  for (const collection of [channels, entries]) await createOutboxIndex(collection);
  await schemaIn(db).updateOne({ _id: 'schema' }, { $max: { version: SCHEMA_VERSION } }, { upsert: true });
}

/** Rejects until `migrateSchema` of this version has run. */
export async function checkSchema(db: Db): Promise<void> {
  const schema = await schemaIn(db).findOne({ _id: 'schema' });
  if ((schema?.version ?? 0) < SCHEMA_VERSION) {
    throw unavailable('schema.missing', 'The database is not migrated: run `node src/migrate.ts`.');
  }
}
