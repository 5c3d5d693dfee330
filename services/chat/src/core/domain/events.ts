import type { EventData, EventType } from '@chatplatform/contracts/events/catalogue';
import type { Channel } from './channel.ts';
import { entryId, isMembershipEntry, isMessageChange } from './entry.ts';
import type { Entry, EntryOf, MembershipContent } from './entry.ts';
import type { Message } from './message.ts';
import type { MessageChange } from './projection.ts';

/** A fact other services are told, before it is put into its envelope. */
export type ChatEvent = {
  [T in EventType & `chat.${string}`]: {
    readonly type: T;
    readonly subject: string;
    readonly data: EventData<T>;
  };
}[EventType & `chat.${string}`];

export const channelCreated = (channel: Channel, memberIds: readonly string[]): ChatEvent => ({
  type: 'chat.channel.created.v1',
  subject: channel.id,
  data: {
    channelId: channel.id,
    kind: channel.kind,
    name: channel.name,
    createdBy: channel.createdBy,
    memberIds: [...memberIds],
    createdAt: channel.createdAt.toISOString(),
  },
});

/** What other services are told of an entry; nothing of receipts. */
export function eventOf(entry: Entry): ChatEvent | undefined {
  if (isMessageChange(entry)) return messageChanged(entry);
  if (isMembershipEntry(entry)) return membershipChanged(entry.channelId, entry);
  if (entry.type === 'receipts') return undefined;
  return entry.type === 'message' ? messageCreated(entry.message) : archiveChanged(entry);
}

const archiveChanged = (entry: EntryOf<'archived' | 'unarchived'>): ChatEvent => ({
  type: 'chat.channel.archived.v1',
  subject: entry.channelId,
  data: {
    channelId: entry.channelId,
    seq: entry.seq,
    archived: entry.type === 'archived',
    changedBy: actorOf(entry),
    changedAt: entry.at.toISOString(),
  },
});

function actorOf({ id, actorId }: Entry): string {
  if (actorId === null) throw new Error(`nobody did ${id}`);
  return actorId;
}

function messageChanged(entry: MessageChange): ChatEvent {
  const { channelId, messageSeq: seq } = entry;
  const message = { messageId: entryId(channelId, seq), channelId, seq, entrySeq: entry.seq };
  const [actor, at] = [actorOf(entry), entry.at.toISOString()];
  switch (entry.type) {
    case 'message-edited': {
      const { text, mentions } = entry;
      const data = { ...message, senderId: actor, text, mentions: [...mentions], editedAt: at };
      return { type: 'chat.message.edited.v1', subject: channelId, data };
    }
    case 'message-deleted': {
      const data = { ...message, deletedBy: actor, deletedAt: at };
      return { type: 'chat.message.deleted.v1', subject: channelId, data };
    }
    case 'reaction-added':
    case 'reaction-removed': {
      const added = entry.type === 'reaction-added';
      const data = { ...message, userId: actor, emoji: entry.emoji, added, reactedAt: at };
      return { type: 'chat.message.reacted.v1', subject: channelId, data };
    }
  }
}

/** Of somebody added, or given another role; or removed. */
function membershipChanged(channelId: string, content: MembershipContent): ChatEvent {
  const { userId, revision: membershipRevision } = content;
  return content.type === 'member-removed'
    ? {
        type: 'chat.channel.member-removed.v1',
        subject: channelId,
        data: { channelId, userId, membershipRevision },
      }
    : {
        type: 'chat.channel.member-added.v1',
        subject: channelId,
        data: { channelId, userId, role: content.role, membershipRevision },
      };
}

const messageCreated = (message: Message): ChatEvent => ({
  type: 'chat.message.created.v1',
  subject: message.channelId,
  data: {
    messageId: message.id,
    channelId: message.channelId,
    seq: message.seq,
    senderId: message.senderId,
    text: message.text,
    attachments: message.attachments.map(({ mediaId }) => ({ mediaId })),
    mentions: [...message.mentions],
    createdAt: message.createdAt.toISOString(),
  },
});
