import type { ServerFrame, ServerFrameName } from '@chatplatform/contracts/frames/socket';
import type { Channel, Message, SendMessageRequest } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import type { ReadMark } from '../core/channels.ts';
import type { Connection } from './connection.ts';

/** What happened in one channel after a place. */
export interface ChannelNews {
  readonly channelId: string;
  /** False: one is not in it (any more). */
  readonly member: boolean;
  /** Ascending and dense from the place asked for. */
  readonly entries: readonly StreamEntry[];
  readonly lastSeq: number;
}

/** What is asked of the server, whatever the frames are called. Everything throws `RequestFailed`. */
export interface Requests {
  send(channelId: string, message: SendMessageRequest): Promise<StreamEntry>;
  read(channelId: string, seq: number): Promise<Omit<ReadMark, 'userId'>>;
  sync(wanted: readonly { channelId: string; afterSeq: number }[]): Promise<ChannelNews[]>;
  typing(channelId: string, typing: boolean): Promise<void>;
}

/** What the server tells unasked. */
export interface News {
  entry(entry: StreamEntry): void;
  /** @param revision of the membership; undefined from a server that does not say it */
  joined(channel: Channel, revision: number | undefined): void;
  left(channelId: string, revision: number | undefined): void;
  read(mark: ReadMark): void;
  typing(change: ServerFrame<'typing:changed'>): void;
  presence(change: ServerFrame<'presence:changed'>): void;
  /** Live delivery may have missed something. */
  missed(): void;
}

/** Of one request; the next one takes up the rest. */
const MOST_CHANNELS = 500;

/** A message at its place in the stream. */
export const entryOf = (message: Message): StreamEntry => ({
  type: 'message',
  id: message.id,
  channelId: message.channelId,
  seq: message.seq,
  messageCount: message.number,
  at: message.createdAt,
  actorId: message.senderId,
  message,
});

export function createRequests(connection: Pick<Connection, 'request'>): Requests {
  return {
    send: async (channelId, message) =>
      entryOf(await connection.request('message:send', { channelId, message })),
    async read(channelId, seq) {
      const read = await connection.request('channel:read', { channelId, seq });
      return { channelId, readSeq: read.seq, readCount: read.readCount };
    },
    async sync(wanted) {
      const { channels } = await connection.request('channels:sync', {
        channels: wanted.slice(0, MOST_CHANNELS).map(({ channelId, afterSeq }) => ({ channelId, afterSeq })),
      });
      return channels.map(({ channelId, channel, entries }) => ({
        channelId,
        member: channel !== null,
        entries,
        lastSeq: channel?.lastSeq ?? 0,
      }));
    },
    async typing(channelId, typing) {
      await connection.request('typing:set', { channelId, typing });
    },
  };
}

/** Frames of a newer server that are not known here are left alone. */
export function newsReader(news: News): (name: ServerFrameName, body: unknown) => void {
  const readers: { [F in ServerFrameName]?: (body: ServerFrame<F>) => void } = {
    'message:created': (message) => news.entry(entryOf(message)),
    'channel:entry': news.entry,
    'channel:joined': ({ revision, ...joined }) => news.joined(joined, revision),
    'channel:left': ({ channelId, revision }) => news.left(channelId, revision),
    'channel:read': ({ channelId, userId, seq, readCount }) =>
      news.read({ channelId, userId, readSeq: seq, readCount }),
    'typing:changed': news.typing,
    'presence:changed': news.presence,
    'sync:required': news.missed,
  };
  // The catalogue pairs each name with its body; TypeScript cannot follow the pairing through the lookup.
  return (name, body) => (readers[name] as ((body: unknown) => void) | undefined)?.(body);
}
