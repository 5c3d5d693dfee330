import { isDuplicateKey } from '@chatplatform/kit/mongo';
import type { OutboxEntry } from '@chatplatform/kit/mongo';
import { runWithTraceparent } from '@chatplatform/kit/telemetry';
import type { Db, Filter } from 'mongodb';
import { MongoBulkWriteError } from 'mongodb';
import { eventOf } from '../../core/domain/events.ts';
import type { Entry, OutgoingEntry } from '../../core/domain/entry.ts';
import { numberKey } from '../../core/domain/message.ts';
import type { EntryLog } from '../../core/ports/entry-log.ts';
import { entriesIn } from './documents.ts';
import type { EntryDocument } from './documents.ts';
import { toDocument, toEntry } from './entry-mapping.ts';
import { entriesOf, envelopeOf, heldBy } from './event-holder.ts';
import type { EventKeeping } from './event-holder.ts';
import { createFirstResults } from './first-results.ts';
import { duplicatesAmong } from './duplicates.ts';
import { gatherReads, WITH_CROWDS } from './gathered-reads.ts';
import { gatherWrites } from './gathered-writes.ts';
import { onStore, storeUnavailable } from './store-failure.ts';

export function createEntryLog(db: Db, events: EventKeeping): EntryLog {
  const entries = entriesIn(db);

  const whole = async (where: Filter<EntryDocument>): Promise<Entry[]> => {
    const found = await onStore(() => entries.find(where).project<EntryDocument>({ outbox: 0 }).toArray());
    return found.map(toEntry);
  };

  const byId = gatherReads(
    async (ids: readonly string[]) =>
      new Map((await whole({ _id: { $in: [...ids] } })).map((entry) => [entry.id, entry])),
    { atMost: 1000, crowd: WITH_CROWDS },
  );

  const messageByKey = gatherReads(
    async (keys: readonly string[]) => {
      const found = await whole({ numberKey: { $in: [...keys] } });
      const messages = found.flatMap((entry) => (entry.type === 'message' ? [entry.message] : []));
      return new Map(messages.map((message) => [numberKey(message.channelId, message.number), message]));
    },
    { atMost: 1000, crowd: WITH_CROWDS },
  );

  const storedIds = gatherReads(
    async (ids: readonly string[]) => {
      const found = await onStore(() =>
        entries
          .find({ _id: { $in: [...ids] } })
          .project<{ _id: string }>({ _id: 1 })
          .toArray(),
      );
      return new Map(found.map(({ _id }) => [_id, true]));
    },
    { atMost: 2000, crowd: WITH_CROWDS },
  );

  const withEvent = ({ entry, traceparent }: OutgoingEntry): EntryDocument => {
    const fact = eventOf(entry);
    if (!fact) return { ...toDocument(entry), untoldSince: entry.at };
    // The group holds what many requests asked for: each event continues the trace of its own.
    const event = runWithTraceparent(traceparent, () => envelopeOf(fact, entry.at));
    return { ...toDocument(entry), outbox: entriesOf(event) };
  };

  const insert = async (documents: readonly EntryDocument[]): Promise<number> => {
    try {
      await entries.insertMany(documents, { ordered: true, writeConcern: { w: 'majority' } });
      return documents.length;
    } catch (error) {
      return storedBeforeRefusal(error);
    }
  };

  /** Of different channels: one that is refused has nothing to do with the others. */
  const insertSingles = async (documents: readonly EntryDocument[]): Promise<readonly number[]> => {
    try {
      if (documents.length > 0)
        await entries.insertMany(documents, { ordered: false, writeConcern: { w: 'majority' } });
      return documents.map(() => 1);
    } catch (error) {
      const refused = duplicatesAmong(error);
      return documents.map((_, index) => (refused.has(index) ? 0 : 1));
    }
  };

  const insertGroup = gatherWrites(
    async (groups: readonly (readonly EntryDocument[])[]): Promise<readonly number[]> => {
      const [singles, counts] = await Promise.all([
        onStore(() => insertSingles(groups.filter(({ length }) => length === 1).flat())),
        Promise.all(groups.map((group) => (group.length > 1 ? onStore(() => insert(group)) : undefined))),
      ]);
      const single = singles.values();
      return counts.map((count) => count ?? single.next().value ?? 0);
    },
    { atMost: 200, atOnce: 2 },
  );

  const nudge = (documents: readonly EntryDocument[]): void =>
    events.nudge(
      documents.flatMap(({ _id, outbox = [] }) =>
        outbox.map(({ event }: OutboxEntry) => heldBy(event, entries.collectionName, _id)),
      ),
    );

  return {
    async append(outgoing) {
      const documents = outgoing.map(withEvent);
      const stored = await insertGroup(documents);
      nudge(documents.slice(0, stored));
      return stored;
    },
    ...createFirstResults(db, events.clock),
    existing: async (ids) => new Set((await storedIds(ids)).keys()),
    read: async (ids) => [...(await byId(ids)).values()].toSorted((a, b) => a.seq - b.seq),
    async readMessages(channelId, numbers) {
      const found = await messageByKey(numbers.map((number) => numberKey(channelId, number)));
      return [...found.values()].toSorted((a, b) => a.number - b.number);
    },
    async channelsWithMedium(mediaId) {
      const found = await onStore(() =>
        entries
          .find({ 'content.attachments.mediaId': mediaId })
          .project<{ channelId: string }>({ channelId: 1 })
          .toArray(),
      );
      return [...new Set(found.map(({ channelId }) => channelId))];
    },
    async attachedMedia(mediaIds) {
      const found = await onStore(() =>
        entries
          .find({ 'content.attachments.mediaId': { $in: [...mediaIds] } })
          .project<{ content: { attachments: { mediaId: string }[] } }>({ 'content.attachments': 1 })
          .toArray(),
      );
      const attached = new Set(found.flatMap(({ content }) => content.attachments.map((one) => one.mediaId)));
      return new Set(mediaIds.filter((id) => attached.has(id)));
    },
  };
}

/**
 * How many documents of an ordered insert went in before the first duplicate. A majority that did not confirm, with or
 * without a duplicate beside it, leaves the outcome unknown.
 */
function storedBeforeRefusal(error: unknown): number {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  if (error.result.getWriteConcernError() !== undefined) throw storeUnavailable(error);
  const [first] = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  if (!isDuplicateKey(error) || !first) throw error;
  return first.index;
}
