import type { ClientFrameName, ServerFrame, ServerFrameName } from '@chatplatform/contracts/frames/socket';
import type { Channel, Message, SendMessageRequest } from '@chatplatform/contracts/http/chat';
import type { ChannelSync } from '@chatplatform/contracts/http/stream';
import type { Problem } from '@chatplatform/contracts/problem';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import { failureOf, RequestFailed } from '../core/failure.ts';
import type { Connection, ConnectionOptions } from '../edge/connection.ts';
import { entryOf } from '../edge/wire.ts';
import type { Session } from '../session.ts';

export const message = (seq: number, more: Partial<Message> = {}): Message => ({
  id: `c:${seq}`,
  channelId: 'c',
  seq,
  number: seq,
  version: seq,
  senderId: 'somebody',
  clientMessageId: `m${seq}`,
  text: String(seq),
  attachments: [],
  mentions: [],
  replyTo: null,
  reactions: [],
  createdAt: '2026-01-01T00:00:00Z',
  editedAt: null,
  deletedAt: null,
  ...more,
});

export const problem = (status: number, more: Partial<Problem> = {}): Problem => ({
  type: 'about:blank',
  title: 'No.',
  status,
  code: 'test',
  ...more,
});

export interface FakePlatform {
  readonly session: Session;
  readonly connect: (options: ConnectionOptions) => Connection;
  /** What is stored, a channel. */
  readonly stored: Map<string, Message[]>;
  readonly channels: Map<string, Channel>;
  readonly asked: {
    readonly name: ClientFrameName;
    readonly body: { channelId: string; channels?: { channelId: string; afterSeq: number }[] };
  }[];
  /** What was asked for by HTTP. */
  readonly paths: readonly string[];
  /** What befalls the next frames of this name, one each: stored and answered when there is nothing left. */
  readonly fate: ('answer-lost' | 'never-arrives' | Problem)[];
  /** As somebody else's message: stored, told live or not. */
  say(channelId: string, options?: { live?: boolean; senderId?: string }): Message;
  tell<F extends ServerFrameName>(name: F, body: ServerFrame<F>): void;
  goOnline(): void;
  goOffline(): void;
}

/** Entries of one answer. */
const SYNC_LIMIT = 500;

/** The platform as one client sees it, in memory: stores in order, remembers client message ids, answers syncs. */
export function fakePlatform(userId = 'me'): FakePlatform {
  const stored = new Map<string, Message[]>();
  const channels = new Map<string, Channel>();
  const asked: FakePlatform['asked'] = [];
  const fate: FakePlatform['fate'] = [];
  const paths: string[] = [];
  let client: ConnectionOptions | undefined;
  let up = false;

  const append = (channelId: string, senderId: string, body: Partial<SendMessageRequest>): Message => {
    const log = stored.get(channelId) ?? [];
    const first = log.find(
      (known) => known.senderId === senderId && known.clientMessageId === body.clientMessageId,
    );
    if (first !== undefined) return first;
    const seq = log.length + 1;
    const made = message(seq, { id: `${channelId}:${seq}`, channelId, senderId, ...body });
    stored.set(channelId, [...log, made]);
    return made;
  };
  const syncOf = (channelId: string, afterSeq: number): ChannelSync => {
    const log = stored.get(channelId) ?? [];
    const entries = log.slice(afterSeq, afterSeq + SYNC_LIMIT).map(entryOf);
    const complete = afterSeq + entries.length === log.length;
    const known = described().find(({ id }) => id === channelId) ?? channelOf(channelId);
    return { channelId, channel: known, entries, complete };
  };
  const answer = (name: ClientFrameName, body: Record<string, never>): unknown => {
    const { channelId, message: sent, channels: wanted, seq } = body;
    if (name === 'message:send') return append(channelId ?? '', userId, sent ?? {});
    if (name === 'channel:read') return { seq, readCount: seq };
    const named: { channelId: string; afterSeq: number }[] = wanted ?? [];
    const answers = named.map((one) => syncOf(one.channelId, one.afterSeq));
    return { channels: answers, unnamed: [], complete: answers.every(({ complete }) => complete) };
  };
  const connection: Connection = {
    open: () => undefined,
    close: () => undefined,
    async request(name, body) {
      asked.push({ name, body: body as never });
      const befalls = fate.shift();
      if (!up || befalls === 'never-arrives') throw new RequestFailed({ kind: 'lost' });
      if (typeof befalls === 'object') throw new RequestFailed(failureOf(befalls));
      const result = answer(name, body as never);
      await Promise.resolve();
      if (befalls === 'answer-lost') throw new RequestFailed({ kind: 'lost' });
      return result as never;
    },
  };
  const described = (): Channel[] =>
    [...channels.values()].map((known) => {
      const lastSeq = Math.max(known.lastSeq, stored.get(known.id)?.length ?? 0);
      return { ...known, lastSeq, messageCount: lastSeq, unreadCount: lastSeq - known.readSeq };
    });
  const account = {
    id: userId,
    email: 'me@people.example',
    username: userId,
    displayName: userId,
    roles: [],
    createdAt: '',
  };
  return {
    session: {
      url: '',
      account: () => account,
      register: () => Promise.reject(new Error('not here')),
      logIn: () => Promise.reject(new Error('not here')),
      restore: async () => true,
      logOut: async () => undefined,
      accessToken: async () => ({ token: 'token', renewAt: Number.MAX_SAFE_INTEGER }),
      request: async ({ path, query = {} }) => {
        paths.push(path);
        const [, , , , channelId] = path.split('/');
        const log = stored.get(channelId ?? '') ?? [];
        const before = log.slice(0, Number(query['beforeSeq'] ?? log.length + 1) - 1);
        const result =
          channelId === undefined
            ? { items: described() }
            : { items: before.slice(-50), complete: before.length <= 50, lastSeq: log.length };
        return result as never;
      },
      subscribe: () => () => undefined,
    },
    connect: (options) => {
      client = options;
      return connection;
    },
    stored,
    channels,
    asked,
    paths,
    fate,
    say(channelId, { live = true, senderId = 'somebody' } = {}) {
      const made = append(channelId, senderId, { clientMessageId: `said-${Math.random()}` });
      if (live && up) client?.onFrame('message:created', made);
      return made;
    },
    tell: (name, body) => client?.onFrame(name, body),
    goOnline() {
      up = true;
      client?.onOnline();
    },
    goOffline() {
      up = false;
      client?.onOffline();
    },
  };
}
