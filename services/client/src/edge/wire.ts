import type { ServerFrame, ServerFrameName } from '@chatplatform/contracts/frames/socket';
import type { Channel, Message, SendMessageRequest } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import type { ReadMark } from '../core/channels.ts';
import { failureFrom } from '../core/failure.ts';
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
  joined(channel: Channel): void;
  left(channelId: string): void;
  read(mark: ReadMark): void;
  typing(change: ServerFrame<'typing:changed'>): void;
  presence(change: ServerFrame<'presence:changed'>): void;
  /** Live delivery may have missed something. */
  missed(): void;
}

const PAGE = 200;

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
  const syncOne = async (wanted: { channelId: string; afterSeq: number }): Promise<ChannelNews> => {
    try {
      const page = await connection.request('channel:sync', { ...wanted, limit: PAGE });
      return {
        channelId: wanted.channelId,
        member: true,
        entries: page.items.map(entryOf),
        lastSeq: page.lastSeq,
      };
    } catch (error) {
      if (failureFrom(error).kind !== 'refused') throw error;
      return { channelId: wanted.channelId, member: false, entries: [], lastSeq: 0 };
    }
  };
  return {
    send: async (channelId, message) =>
      entryOf(await connection.request('message:send', { channelId, message })),
    async read(channelId, seq) {
      const read = await connection.request('channel:read', { channelId, seq });
      return { channelId, readSeq: read.seq, readCount: read.seq };
    },
    sync: (wanted) => Promise.all(wanted.map(syncOne)),
    async typing(channelId, typing) {
      await connection.request('typing:set', { channelId, typing });
    },
  };
}

/** Frames of a newer server that are not known here are left alone. */
export function newsReader(news: News): (name: ServerFrameName, body: unknown) => void {
  const readers: { [F in ServerFrameName]?: (body: ServerFrame<F>) => void } = {
    'message:created': (message) => news.entry(entryOf(message)),
    'channel:joined': news.joined,
    'channel:left': ({ channelId }) => news.left(channelId),
    'channel:read': ({ channelId, userId, seq }) =>
      news.read({ channelId, userId, readSeq: seq, readCount: seq }),
    'typing:changed': news.typing,
    'presence:changed': news.presence,
    'sync:required': news.missed,
  };
  // The catalogue pairs each name with its body; TypeScript cannot follow the pairing through the lookup.
  return (name, body) => (readers[name] as ((body: unknown) => void) | undefined)?.(body);
}
