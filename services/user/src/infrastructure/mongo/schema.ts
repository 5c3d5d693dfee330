import { unavailable } from '@chatplatform/kit/errors';
import { createInboxIndex, createOutboxIndex } from '@chatplatform/kit/mongo';
import type { Collection, Db } from 'mongodb';
import { collectionsOf } from './collections.ts';

/** Raise it with every change to `migrateSchema`. */
const SCHEMA_VERSION = 2;

interface SchemaDocument {
  _id: 'schema';
  version: number;
}

const schemaOf = (db: Db): Collection<SchemaDocument> => db.collection('schema');

/** Creates the indexes. Idempotent, and safe to run several times at once. */
export async function migrateSchema(db: Db): Promise<void> {
  const { profiles, friendRequests } = collectionsOf(db);
  await profiles.createIndex({ usernameKey: 1 });
  await profiles.createIndex({ displayNameKey: 1 });
  await profiles.createIndex({ avatarMediaId: 1 });
  await createOutboxIndex(profiles);
  await friendRequests.createIndex({ requestId: 1 }, { unique: true });
  await friendRequests.createIndex({ members: 1, status: 1, createdAt: -1 });
  await createOutboxIndex(friendRequests);
  await createInboxIndex(db);
  await schemaOf(db).updateOne({ _id: 'schema' }, { $max: { version: SCHEMA_VERSION } }, { upsert: true });
}

/** For readiness. @throws DomainError `schema.missing` until `migrateSchema` of this version has run */
export async function checkSchema(db: Db): Promise<void> {
  const schema = await schemaOf(db).findOne({ _id: 'schema' });
  if ((schema?.version ?? 0) < SCHEMA_VERSION) {
    throw unavailable('schema.missing', 'The database is not migrated: run `node src/migrate.ts`.');
  }
}
