import type { EventData } from '@chatplatform/contracts/events/catalogue';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { createOutboxIndex, outboxEntries } from '@chatplatform/kit/mongo';
import type { OutboxEntry } from '@chatplatform/kit/mongo';
import type { PendingEvent } from '@chatplatform/kit/outbox';
import { unavailable } from '@chatplatform/kit/errors';
import type { Collection, Db } from 'mongodb';
import { firstIdAt } from '../core/domain/media.ts';
import type { Media } from '../core/domain/media.ts';
import type { MediaRepository } from '../core/ports/media-repository.ts';

type MediaDocument = Omit<Media, 'id'> & {
  _id: string;
  /** Absent when nothing is to be published. */
  outbox?: OutboxEntry[];
};

export function mediaCollection(db: Db): Collection<MediaDocument> {
  return db.collection('media');
}

export interface MediaRepositoryOptions {
  readonly uploadedEvent: (data: EventData<'media.uploaded.v1'>) => CloudEvent;
  /** Called with what was just written to the outbox, so that it is published at once. */
  readonly onOutbox: (events: PendingEvent[]) => void;
}

export function createMongoMediaRepository(db: Db, options: MediaRepositoryOptions): MediaRepository {
  const media = mediaCollection(db);
  return {
    async add({ id, ...rest }, uploaded) {
      const event = options.uploadedEvent(uploaded);
      await media.insertOne({ _id: id, ...rest, outbox: outboxEntries([event]) });
      options.onOutbox([{ event, heldBy: { collection: media.collectionName, id } }]);
    },
    async find(mediaId) {
      const document = await media.findOne({ _id: mediaId }, { projection: { outbox: 0 } });
      if (document === null) return null;
      const { _id: id, ownerId, createdAt, variants } = document;
      return { id, ownerId, createdAt, variants };
    },
    async existing(mediaIds) {
      const found = await media.find({ _id: { $in: [...mediaIds] } }, { projection: { _id: 1 } }).toArray();
      return new Set(found.map(({ _id }) => _id));
    },
    async idsBefore(cutoff, { after, limit }) {
      const found = await media
        // Ids begin with the time of the upload: by their order the last page ends where the young ones begin.
        .find({ _id: { $gt: after, $lt: firstIdAt(cutoff) } }, { projection: { _id: 1 } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id }) => _id);
    },
    async remove(mediaId) {
      // Not before its event is published, or nobody would ever hear of it: a later run finds it again.
      await media.deleteOne({ _id: mediaId, outbox: { $exists: false } });
    },
  };
}

/** Raise it with every change to `migrateSchema`. */
const SCHEMA_VERSION = 1;

function schemaCollection(db: Db): Collection<{ _id: 'schema'; version: number }> {
  return db.collection('schema');
}

/** Creates the indexes. Idempotent and safe to run several times at once. */
export async function migrateSchema(db: Db): Promise<void> {
  await createOutboxIndex(mediaCollection(db));
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
