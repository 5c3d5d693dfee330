import type { AnyBulkWriteOperation, Db, Document, Filter, UpdateFilter } from 'mongodb';
import { MAX_UNREAD_MENTIONS } from '@chatplatform/contracts/http/chat';
import { entryId } from '../../core/domain/entry.ts';
import type { Receipt } from '../../core/domain/entry.ts';
import { membershipId, nobodysMembership } from '../../core/domain/membership.ts';
import type { Changes, MembershipChange, MessageChange } from '../../core/domain/projection.ts';
import type { Projections } from '../../core/ports/projections.ts';
import { channelsIn, entriesIn, membershipsIn } from './documents.ts';
import type { ChannelDocument, EntryDocument, MembershipDocument } from './documents.ts';
import { gatherWrites } from './gathered-writes.ts';
import { onStore } from './store-failure.ts';

type MembershipWrite = AnyBulkWriteOperation<MembershipDocument>;

/** Raises one person's marks; mentions that are read by it go. */
export const raiseMarks = (channelId: string, receipt: Receipt): MembershipWrite => {
  const { userId, readSeq, readCount, deliveredSeq } = receipt;
  return {
    updateOne: {
      filter: { _id: membershipId(channelId, userId) },
      update: {
        $max: { readSeq, readCount, deliveredSeq },
        $pull: { unreadMentions: { $lte: readSeq } },
      },
    },
  };
};

export function createProjections(db: Db): Projections {
  const [channels, memberships, entries] = [channelsIn(db), membershipsIn(db), entriesIn(db)];

  /** Those of one channel in their order. */
  const applyToMemberships = async (projected: readonly Projected[]) => {
    const writes = projected.flatMap(({ channelId, changes }) =>
      changes.memberships.flatMap((change) => membershipWrites(channelId, change)),
    );
    if (writes.length > 0) await onStore(() => memberships.bulkWrite(writes, { ordered: true }));
  };

  const applyToMessage = async (channelId: string, change: MessageChange): Promise<void> => {
    const _id = entryId(channelId, change.messageSeq);
    if (change.type === 'message-deleted') await redactEdits(_id);
    const unseen = {
      _id,
      'state.version': { $lt: change.seq },
      'state.deletedAt': { $exists: false },
    };
    await onStore(() => entries.updateOne(unseen, messageUpdate(change) as UpdateFilter<EntryDocument>));
  };

  /** Before the message itself: a crash in between must not leave a tombstone whose earlier texts are still there. */
  const redactEdits = async (_id: string): Promise<void> => {
    const document = await onStore(() => entries.findOne({ _id }));
    if (document?.type !== 'message' || document.state.edits.length === 0) return;
    const edits = document.state.edits.map((seq) => entryId(document.channelId, seq));
    await onStore(() =>
      entries.updateMany({ _id: { $in: edits } }, { $set: { 'content.text': '', 'content.mentions': [] } }),
    );
  };

  const applyToContent = async ({ channelId, changes: { messages, archived } }: Projected): Promise<void> => {
    for (const change of messages) await applyToMessage(channelId, change);
    if (!archived) return;
    const { value, bySeq: archivedSeq } = archived;
    await onStore(() =>
      channels.updateOne(
        { _id: channelId, archivedSeq: { $lt: archivedSeq } },
        { $set: { archived: value, archivedSeq } },
      ),
    );
  };

  /** @returns the contention of each channel */
  const moveCursors = async (projected: readonly Projected[]): Promise<number[]> => {
    const moves = projected.map(cursorMove);
    const [first, ...others] = moves;
    const contention = { projection: { contention: 1 } } as const;
    if (first && others.length === 0) {
      const { filter, update } = first;
      const options = { ...contention, returnDocument: 'after' } as const;
      const updated = await onStore(() => channels.findOneAndUpdate(filter, update, options));
      return [updated?.contention ?? 0];
    }
    await onStore(() =>
      channels.bulkWrite(
        moves.map((move) => ({ updateOne: move })),
        { ordered: false },
      ),
    );
    const ids = projected.map(({ channelId }) => channelId);
    const found = await onStore(() => channels.find({ _id: { $in: ids } }, contention).toArray());
    const counts = new Map(found.map((channel) => [channel._id, channel.contention]));
    return ids.map((id) => counts.get(id) ?? 0);
  };

  const apply = gatherWrites(
    async (projected: readonly Projected[]) => {
      await applyToMemberships(projected);
      await Promise.all(projected.map(applyToContent));
      return moveCursors(projected);
    },
    { atMost: 100, atOnce: 2 },
  );
  return { apply: (channelId, changes) => apply({ channelId, changes }) };
}

/** What is to be applied to the documents of one channel. */
interface Projected {
  readonly channelId: string;
  readonly changes: Changes;
}

function cursorMove({ channelId, changes: { cursor, untoldMoves } }: Projected) {
  return {
    filter: { _id: channelId },
    update: {
      $max: {
        lastSeq: cursor.seq,
        messageCount: cursor.messageCount,
        ...(cursor.movesSeq === undefined ? {} : { movesSeq: cursor.movesSeq }),
      },
      ...(untoldMoves.length === 0 ? {} : { $addToSet: { untoldMoves: { $each: [...untoldMoves] } } }),
    },
  } satisfies { filter: Filter<ChannelDocument>; update: UpdateFilter<ChannelDocument> };
}

function membershipWrites(channelId: string, change: MembershipChange): MembershipWrite[] {
  switch (change.kind) {
    case 'read':
      return [raiseMarks(channelId, change)];
    case 'mentioned':
      return [mention(channelId, change)];
    case 'not-mentioned':
      return [endMention(channelId, change)];
    default:
      return changeStanding(channelId, change);
  }
}

type Mention = Extract<MembershipChange, { kind: 'mentioned' }>;

const mention = (channelId: string, { userId, messageSeq, bySeq }: Mention): MembershipWrite => ({
  updateOne: {
    filter: {
      _id: membershipId(channelId, userId),
      readSeq: { $lt: messageSeq },
      mentionsSeq: { $lt: bySeq },
      unreadMentions: { $ne: messageSeq },
    },
    update: {
      $push: { unreadMentions: { $each: [messageSeq], $sort: 1, $slice: -MAX_UNREAD_MENTIONS } },
      $set: { mentionsSeq: bySeq },
    },
  },
});

type MentionEnd = Extract<MembershipChange, { kind: 'not-mentioned' }>;

const endMention = (channelId: string, { except, messageSeq, bySeq }: MentionEnd): MembershipWrite => ({
  updateMany: {
    filter: {
      channelId,
      unreadMentions: messageSeq,
      userId: { $nin: [...except] },
      mentionsSeq: { $lt: bySeq },
    },
    update: { $pull: { unreadMentions: messageSeq }, $set: { mentionsSeq: bySeq } },
  },
});

type StandingChange = Extract<MembershipChange, { kind: 'added' | 'role' | 'removed' }>;

function changeStanding(channelId: string, change: StandingChange): MembershipWrite[] {
  const { userId, revision } = change;
  const _id = membershipId(channelId, userId);
  const unseen = { _id, revision: { $lt: revision } };
  if (change.kind === 'removed') {
    return [{ updateOne: { filter: unseen, update: { $set: { active: false, revision } } } }];
  }
  const { role } = change;
  if (change.kind === 'role') {
    return [{ updateOne: { filter: unseen, update: { $set: { role, revision } } } }];
  }
  const nobody = { ...nobodysMembership(channelId, userId), unreadMentions: [] };
  return [
    { updateOne: { filter: { _id }, update: { $setOnInsert: nobody }, upsert: true } },
    {
      updateOne: { filter: unseen, update: { $set: { role, revision, active: true, joinedAt: change.at } } },
    },
  ];
}

/** Typed by hand: the driver's types do not follow the paths into one of two kinds of document. */
interface MessageUpdate {
  readonly $set: Document;
  readonly $unset?: Document;
  readonly $push?: Document;
  readonly $pull?: Document;
}

function messageUpdate(change: MessageChange): MessageUpdate {
  const { seq, at } = change;
  switch (change.type) {
    case 'message-edited':
      return {
        $set: {
          'state.version': seq,
          'state.edited': { text: change.text, mentions: [...change.mentions], at },
        },
        $push: { 'state.edits': seq },
      };
    case 'message-deleted':
      return {
        $set: {
          'content.text': '',
          'content.attachments': [],
          'content.mentions': [],
          'state.version': seq,
          'state.reactions': [],
          'state.deletedAt': at,
        },
        $unset: { 'state.edited': '' },
      };
    case 'reaction-added':
      return {
        $set: { 'state.version': seq },
        $push: { 'state.reactions': { emoji: change.emoji, userId: change.actorId ?? '' } },
      };
    case 'reaction-removed':
      return {
        $set: { 'state.version': seq },
        $pull: { 'state.reactions': { emoji: change.emoji, userId: change.actorId ?? '' } },
      };
  }
}
