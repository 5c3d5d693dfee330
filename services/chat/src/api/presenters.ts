import type {
  Channel as ChannelDto,
  Member as MemberDto,
  MemberList,
  Message as MessageDto,
  MessageHistory,
  MessagePage as MessagePageDto,
  PublicChannelList,
  Reaction as ReactionDto,
} from '@chatplatform/contracts/http/chat';
import type { StreamEntry, SyncAnswer } from '@chatplatform/contracts/http/stream';
import { peerOf } from '../core/domain/channel.ts';
import type { ChannelView } from '../core/domain/channel.ts';
import { isMembershipEntry, isMessageChange } from '../core/domain/entry.ts';
import type { Entry, MessageChangeContent } from '../core/domain/entry.ts';
import type { Message, Reaction } from '../core/domain/message.ts';
import type { PublicChannel } from '../core/queries/find-public-channels.ts';
import type { Members, MemberView } from '../core/queries/list-members.ts';
import type { MessagePage } from '../core/queries/list-messages.ts';
import type { MessageVersion } from '../core/queries/read-message.ts';
import type { Sync } from '../core/queries/sync-channels.ts';

export function presentChannel({ channel, membership, memberCount }: ChannelView): ChannelDto {
  // A person's own marks may be a moment ahead of the cursor.
  const lastSeq = Math.max(channel.lastSeq, membership.readSeq);
  const known = Math.max(lastSeq, membership.mentionsSeq);
  const unreadMentions = membership.unreadMentions.filter((seq) => seq > membership.readSeq && seq <= known);
  return {
    id: channel.id,
    kind: channel.kind,
    name: channel.name,
    createdBy: channel.createdBy,
    createdAt: channel.createdAt.toISOString(),
    memberCount,
    peerId: peerOf(channel, membership.userId),
    role: membership.role,
    archived: channel.archived,
    lastSeq,
    messageCount: Math.max(channel.messageCount, membership.readCount),
    readSeq: membership.readSeq,
    unreadCount: Math.max(0, channel.messageCount - membership.readCount),
    mentionCount: unreadMentions.length,
    unreadMentions,
  };
}

export const presentPublicChannels = (channels: readonly PublicChannel[]): PublicChannelList => ({
  items: channels.map(({ channel, memberCount }) => ({
    id: channel.id,
    name: channel.name ?? '',
    createdAt: channel.createdAt.toISOString(),
    memberCount,
  })),
});

export const presentMember = ({ membership, showsReceipts }: MemberView): MemberDto => ({
  userId: membership.userId,
  role: membership.role,
  joinedAt: membership.joinedAt.toISOString(),
  readSeq: showsReceipts ? membership.readSeq : null,
  deliveredSeq: showsReceipts ? membership.deliveredSeq : null,
});

export const presentMembers = ({ items, lastSeq }: Members): MemberList => ({
  items: items.map(presentMember),
  lastSeq,
});

export const presentMessage = (message: Message): MessageDto => ({
  id: message.id,
  channelId: message.channelId,
  seq: message.seq,
  number: message.number,
  version: message.version,
  senderId: message.senderId,
  clientMessageId: message.clientMessageId,
  text: message.text,
  attachments: message.attachments.map(({ mediaId }) => ({ mediaId })),
  mentions: [...message.mentions],
  replyTo: message.replyTo,
  reactions: presentReactions(message.reactions),
  createdAt: message.createdAt.toISOString(),
  editedAt: message.editedAt?.toISOString() ?? null,
  deletedAt: message.deletedAt?.toISOString() ?? null,
});

function presentReactions(reactions: readonly Reaction[]): ReactionDto[] {
  const byEmoji = new Map<string, string[]>();
  for (const { emoji, userId } of reactions) byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), userId]);
  return [...byEmoji].map(([emoji, userIds]) => ({ emoji, userIds }));
}

export const presentPage = ({ items, complete, lastSeq }: MessagePage): MessagePageDto => ({
  items: items.map(presentMessage),
  complete,
  lastSeq,
});

export const presentHistory = (versions: readonly MessageVersion[]): MessageHistory => ({
  items: versions.map(({ text, at }) => ({ text, at: at.toISOString() })),
});

/** As the contract says, without what only the service needs: the operation, revisions. */
export function presentEntry(entry: Entry): StreamEntry {
  const { id, channelId, seq, messageCount, actorId } = entry;
  const happened = { id, channelId, seq, messageCount, at: entry.at.toISOString() };
  if (entry.type === 'receipts') {
    return { ...happened, type: entry.type, receipts: entry.receipts.map((receipt) => ({ ...receipt })) };
  }
  if (actorId === null) throw new Error(`nobody did ${id}`);
  const done = { ...happened, actorId };
  if (isMessageChange(entry)) return { ...done, ...presentMessageChange(entry) };
  if (isMembershipEntry(entry)) {
    const { userId } = entry;
    return entry.type === 'member-removed'
      ? { ...done, type: entry.type, userId }
      : { ...done, type: entry.type, userId, role: entry.role };
  }
  return entry.type === 'message'
    ? { ...done, type: entry.type, message: presentMessage(entry.message) }
    : { ...done, type: entry.type };
}

function presentMessageChange(change: MessageChangeContent) {
  const { messageSeq } = change;
  switch (change.type) {
    case 'message-edited':
      return { type: change.type, messageSeq, text: change.text, mentions: [...change.mentions] };
    case 'message-deleted':
      return { type: change.type, messageSeq };
    case 'reaction-added':
    case 'reaction-removed':
      return { type: change.type, messageSeq, emoji: change.emoji };
  }
}

export const presentSync = ({ channels, unnamed }: Sync): SyncAnswer => ({
  channels: channels.map(({ channelId, view, entries, complete }) => ({
    channelId,
    channel: view && presentChannel(view),
    entries: entries.map(presentEntry),
    complete,
  })),
  unnamed: unnamed.map(presentChannel),
  complete: channels.every(({ complete }) => complete),
});
