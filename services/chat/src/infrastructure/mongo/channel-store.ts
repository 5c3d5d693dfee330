import { isDuplicateKey } from '@chatplatform/kit/mongo';
import type { Db } from 'mongodb';
import type { Channel } from '../../core/domain/channel.ts';
import type { ChannelStore } from '../../core/ports/channel-store.ts';
import { channelsIn } from './documents.ts';
import type { ChannelDocument } from './documents.ts';
import { entriesOf, envelopeOf, heldBy } from './event-holder.ts';
import type { EventKeeping } from './event-holder.ts';
import { gatherReads, WITH_CROWDS } from './gathered-reads.ts';
import { onStore } from './store-failure.ts';

const WITHOUT_EVENTS = { projection: { outbox: 0 } } as const;

const toChannel = (document: ChannelDocument): Channel => ({
  id: document._id,
  kind: document.kind,
  name: document.name,
  createdBy: document.createdBy,
  createdAt: document.createdAt,
  directKey: document.directKey ?? null,
  archived: document.archived,
  lastSeq: document.lastSeq,
  messageCount: document.messageCount,
  movesSeq: document.movesSeq ?? 0,
  untoldMoves: document.untoldMoves ?? [],
  pendingMemberIds: document.pendingMemberIds ?? [],
});

const toDocument = (channel: Channel): ChannelDocument => ({
  _id: channel.id,
  kind: channel.kind,
  name: channel.name,
  createdBy: channel.createdBy,
  createdAt: channel.createdAt,
  archived: channel.archived,
  archivedSeq: 0,
  lastSeq: channel.lastSeq,
  messageCount: channel.messageCount,
  ...(channel.kind === 'public' && channel.name !== null ? { publicName: channel.name.toLowerCase() } : {}),
  ...(channel.directKey === null ? {} : { directKey: channel.directKey }),
  ...(channel.pendingMemberIds.length === 0 ? {} : { pendingMemberIds: [...channel.pendingMemberIds] }),
});

const escapeForRegex = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

export function createChannelStore(db: Db, events: EventKeeping): ChannelStore {
  const channels = channelsIn(db);
  const findOne = async (where: { _id: string } | { directKey: string }): Promise<Channel | undefined> => {
    const found = await onStore(() => channels.findOne<ChannelDocument>(where, WITHOUT_EVENTS));
    return found === null ? undefined : toChannel(found);
  };

  const byId = gatherReads(
    async (channelIds: readonly string[]) => {
      const found = await onStore(() =>
        channels.find<ChannelDocument>({ _id: { $in: [...channelIds] } }, WITHOUT_EVENTS).toArray(),
      );
      return new Map(found.map((document) => [document._id, toChannel(document)]));
    },
    { atMost: 1000, crowd: WITH_CROWDS },
  );

  return {
    async insert(channel, chatEvent) {
      const event = envelopeOf(chatEvent, events.clock.now());
      try {
        await onStore(() => channels.insertOne({ ...toDocument(channel), outbox: entriesOf(event) }));
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return false;
      }
      events.nudge([heldBy(event, channels.collectionName, channel.id)]);
      return true;
    },
    find: (channelId) => findOne({ _id: channelId }),
    findDirect: (directKey) => findOne({ directKey }),
    findMany: async (channelIds) => [...(await byId(channelIds)).values()],
    async findPublic(namePrefix, limit) {
      // Anchored and in the case of the index, so that it is read as a range of it.
      const publicName = new RegExp(`^${escapeForRegex(namePrefix.toLowerCase())}`);
      const found = await onStore(() =>
        channels
          .find<ChannelDocument>({ publicName }, WITHOUT_EVENTS)
          .sort({ publicName: 1 })
          .limit(limit)
          .toArray(),
      );
      return found.map(toChannel);
    },
    async findIncomplete(begunBefore) {
      const found = await onStore(() =>
        channels
          .find<ChannelDocument>(
            { pendingMemberIds: { $exists: true }, createdAt: { $lt: begunBefore } },
            WITHOUT_EVENTS,
          )
          .toArray(),
      );
      return found.map(toChannel);
    },
    async markComplete(channelId) {
      await onStore(() => channels.updateOne({ _id: channelId }, { $unset: { pendingMemberIds: '' } }));
    },
    async forgetUntoldMoves(channelId, entryIds) {
      const told = { $pull: { untoldMoves: { $in: [...entryIds] } } };
      await onStore(() => channels.updateOne({ _id: channelId }, told));
    },
    async countContention(channelId) {
      await onStore(() => channels.updateOne({ _id: channelId }, { $inc: { contention: 1 } }));
    },
  };
}
