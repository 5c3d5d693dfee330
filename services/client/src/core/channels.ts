import type { Channel, Message } from '@chatplatform/contracts/http/chat';

/** One's channels by id. Read marks and last places only grow, whatever the order in which they are heard of. */
export type Channels = ReadonlyMap<string, Channel>;

/** What happened to one's membership while a list of channels was being read; it wins over the list. */
export type MembershipChanges = ReadonlyMap<string, Channel | 'left'>;

export interface ReadMark {
  readonly channelId: string;
  readonly userId: string;
  readonly seq: number;
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

/** A message was heard of. Who writes has read what is above: the server moves the writer's mark as well. */
export function noteMessage(channels: Channels, message: Message, userId: string): Channels {
  const channel = channels.get(message.channelId);
  if (channel === undefined) return channels;
  const readSeq = message.senderId === userId ? message.seq : 0;
  return raise(channels, channel, { lastSeq: message.seq, readSeq });
}

/** The marks of others say nothing of what this person has read. */
export function noteRead(channels: Channels, mark: ReadMark, userId: string): Channels {
  const channel = channels.get(mark.channelId);
  if (channel === undefined || mark.userId !== userId) return channels;
  return raise(channels, channel, { lastSeq: mark.seq, readSeq: mark.seq });
}

function raise(channels: Channels, channel: Channel, marks: { lastSeq: number; readSeq: number }): Channels {
  if (marks.lastSeq <= channel.lastSeq && marks.readSeq <= channel.readSeq) return channels;
  return new Map(channels).set(channel.id, newest(channel, { ...channel, ...marks }));
}

function newest(known: Channel | undefined, told: Channel): Channel {
  const lastSeq = Math.max(known?.lastSeq ?? 0, told.lastSeq);
  const readSeq = Math.max(known?.readSeq ?? 0, told.readSeq);
  return { ...told, lastSeq, readSeq, unreadCount: Math.max(0, lastSeq - readSeq) };
}
