import type { Channel } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';

/** One's channels by id. Read marks and last places only grow, whatever the order in which they are heard of. */
export type Channels = ReadonlyMap<string, Channel>;

/** What happened to one's membership while a list of channels was being read; it wins over the list. */
export type MembershipChanges = ReadonlyMap<string, Channel | 'left'>;

/** How far somebody has read: the place, and how many messages there are up to it. */
export interface ReadMark {
  readonly channelId: string;
  readonly userId: string;
  readonly readSeq: number;
  readonly readCount: number;
}

export function putChannel(channels: Channels, channel: Channel): Channels {
  return new Map(channels).set(channel.id, newest(channels.get(channel.id), channel));
}

export function removeChannel(channels: Channels, channelId: string): Channels {
  return new Map([...channels].filter(([id]) => id !== channelId));
}

/** The server's list takes the place of what is known, but for what was heard of while it was on its way. */
export function replaceChannels(
  channels: Channels,
  list: readonly Channel[],
  meanwhile: MembershipChanges = new Map(),
): Channels {
  const next = new Map(list.map((channel) => [channel.id, newest(channels.get(channel.id), channel)]));
  for (const [channelId, change] of meanwhile)
    if (change === 'left') next.delete(channelId);
    else next.set(channelId, newest(next.get(channelId) ?? channels.get(channelId), change));
  return next;
}

/** An entry was heard of, in whatever order. Who writes has read what is above: the server moves the writer's mark too. */
export function noteEntry(channels: Channels, entry: StreamEntry, userId: string): Channels {
  const channel = channels.get(entry.channelId);
  if (channel === undefined) return channels;
  const told = raise(channel, { lastSeq: entry.seq, messageCount: entry.messageCount });
  return put(
    channels,
    entry.type === 'message' ? noteMessage(told, entry, userId) : noteOther(told, entry, userId),
  );
}

function noteMessage(
  channel: Channel,
  { seq, messageCount, message }: StreamEntry & { type: 'message' },
  userId: string,
): Channel {
  if (message.senderId === userId) return raise(channel, { readSeq: seq, readCount: messageCount });
  const isNews = message.mentions.includes(userId) && !channel.unreadMentions.includes(seq);
  return isNews ? raise(channel, { unreadMentions: [...channel.unreadMentions, seq] }) : channel;
}

function noteOther(channel: Channel, entry: StreamEntry, userId: string): Channel {
  switch (entry.type) {
    case 'receipts': {
      const mine = entry.receipts.find((receipt) => receipt.userId === userId);
      return mine === undefined ? channel : raise(channel, mine);
    }
    // Mentions are counted as they stand: an edit may bring one or take it away, a deletion takes it away.
    case 'message-edited':
      return noteMention(channel, entry.messageSeq, entry.mentions.includes(userId));
    case 'message-deleted':
      return noteMention(channel, entry.messageSeq, false);
    default:
      return channel;
  }
}

function noteMention(channel: Channel, messageSeq: number, mentioned: boolean): Channel {
  const others = channel.unreadMentions.filter((seq) => seq !== messageSeq);
  return raise(channel, { unreadMentions: mentioned ? [...others, messageSeq] : others });
}

/** The marks of others say nothing of what this person has read. */
export function noteRead(channels: Channels, mark: ReadMark, userId: string): Channels {
  const channel = channels.get(mark.channelId);
  if (channel === undefined || mark.userId !== userId) return channels;
  return put(channels, raise(channel, mark));
}

interface Marks {
  readonly lastSeq?: number;
  readonly messageCount?: number;
  readonly readSeq?: number;
  readonly readCount?: number;
  readonly unreadMentions?: readonly number[];
}

/** Unread is a difference of counts: messages up to the last place, less messages up to the read mark. */
function raise(channel: Channel, marks: Marks): Channel {
  const readCount = Math.max(channel.messageCount - channel.unreadCount, marks.readCount ?? 0);
  const readSeq = Math.max(channel.readSeq, marks.readSeq ?? 0);
  const messageCount = Math.max(channel.messageCount, marks.messageCount ?? 0, readCount);
  const unreadMentions = (marks.unreadMentions ?? channel.unreadMentions).filter((seq) => seq > readSeq);
  return {
    ...channel,
    lastSeq: Math.max(channel.lastSeq, marks.lastSeq ?? 0, readSeq),
    messageCount,
    readSeq,
    unreadCount: messageCount - readCount,
    unreadMentions: [...unreadMentions].sort((a, b) => a - b),
    mentionCount: unreadMentions.length,
  };
}

function newest(known: Channel | undefined, told: Channel): Channel {
  if (known === undefined) return told;
  return raise(told, {
    ...known,
    readCount: known.messageCount - known.unreadCount,
    // The server knows of mentions that are gone; of what came after it answered it does not.
    unreadMentions: [...told.unreadMentions, ...known.unreadMentions.filter((seq) => seq > told.lastSeq)],
  });
}

function put(channels: Channels, channel: Channel): Channels {
  return same(channels.get(channel.id), channel) ? channels : new Map(channels).set(channel.id, channel);
}

function same(known: Channel | undefined, next: Channel): boolean {
  return (
    known?.lastSeq === next.lastSeq &&
    known.readSeq === next.readSeq &&
    known.messageCount === next.messageCount &&
    known.unreadCount === next.unreadCount &&
    known.mentionCount === next.mentionCount
  );
}
