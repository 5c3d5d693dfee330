import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Collection, Filter } from 'mongodb';
import type { OutboxStore, PendingEvent } from './outbox.ts';

/** An element of the array field `outbox`; it goes away once its event is with the broker. */
export type OutboxEntry = { event: CloudEvent; publishedAt: null };

/** The value of the field `outbox`, or of `$each` when pushed to a document that may have one. */
export const outboxEntries = (events: readonly CloudEvent[]): OutboxEntry[] =>
  events.map((event) => ({ event, publishedAt: null }));

/**
 * Sparse: holds only documents that have something to publish, for the field is removed with its last entry. The
 * sweep is then as cheap as its result, however large the collection.
 */
export const createOutboxIndex = async (collection: OutboxCollection): Promise<void> => {
  await holdersIn(collection).createIndex(
    { 'outbox.event.time': 1 },
    { name: 'outbox_pending', sparse: true },
  );
};

/** Any collection, whatever its documents. */
export type OutboxCollection = Pick<Collection, 'db' | 'collectionName'>;

type Holder = { _id: string; outbox?: OutboxEntry[] };

const holdersIn = ({ db, collectionName }: OutboxCollection): Collection<Holder> =>
  db.collection<Holder>(collectionName);

const byTime = (a: PendingEvent, b: PendingEvent): number =>
  a.event.time < b.event.time ? -1 : a.event.time > b.event.time ? 1 : a.event.id < b.event.id ? -1 : 1;

const pendingIn = async (collection: OutboxCollection, limit: number): Promise<PendingEvent[]> => {
  const holders = await holdersIn(collection)
    .find({ 'outbox.event.time': { $exists: true } }, { projection: { outbox: 1 } })
    .sort({ 'outbox.event.time': 1 })
    .limit(limit)
    .toArray();
  return holders.flatMap(({ _id, outbox = [] }) =>
    outbox.map(({ event }) => ({ event, heldBy: { collection: collection.collectionName, id: _id } })),
  );
};

/** A mark that is lost with its server means an event that is published once more, which consumers know. */
const FORGETTABLE = { writeConcern: { w: 1, j: false } } as const;

/** Most documents hold one entry: then one update does; a document that holds others keeps those. */
const removeFrom = async (collection: OutboxCollection, events: readonly PendingEvent[]): Promise<void> => {
  const eventIds = events.map(({ event }) => event.id);
  const holderIds = events.flatMap(({ heldBy }) => (heldBy === undefined ? [] : [heldBy.id]));
  // Holders are known by their key, or by none: nudges of one document come from one place.
  const where: Filter<Holder> = holderIds.length === events.length ? { _id: { $in: holderIds } } : {};
  const holding = { ...where, 'outbox.event.id': { $in: eventIds } };
  const holders = holdersIn(collection);
  const { modifiedCount } = await holders.updateMany(
    { ...holding, outbox: { $size: 1 } },
    { $unset: { outbox: '' } },
    FORGETTABLE,
  );
  if (modifiedCount === events.length) return;
  await holders.updateMany(holding, { $pull: { outbox: { 'event.id': { $in: eventIds } } } }, FORGETTABLE);
  await holders.updateMany({ ...where, outbox: { $size: 0 } }, { $unset: { outbox: '' } }, FORGETTABLE);
};

/**
 * The outbox inside the documents of `collections`: an event is written by the same single-document write as the state
 * it tells of. Give `heldBy` when nudging, or every mark searches the collections.
 */
export const embeddedOutbox = (collections: readonly OutboxCollection[]): OutboxStore => ({
  async pending(limit) {
    const found = await Promise.all(collections.map((collection) => pendingIn(collection, limit)));
    return found.flat().sort(byTime).slice(0, limit);
  },
  async markPublished(events) {
    await Promise.all(
      collections.map(async (collection) => {
        const here = events.filter(
          ({ heldBy }) => heldBy === undefined || heldBy.collection === collection.collectionName,
        );
        if (here.length > 0) await removeFrom(collection, here);
      }),
    );
  },
});
