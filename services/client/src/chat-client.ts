import type { Channel, CreateChannelRequest, Message } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import { type Api, createApi } from './api.ts';
import { backoffMs } from './core/backoff.ts';
import { headOf } from './core/channel-log.ts';
import { uuidv7 } from './core/ids.ts';
import { setTyping } from './core/typing.ts';
import { type Clock, systemClock } from './edge/clock.ts';
import { type Connection, type ConnectionOptions, createConnection } from './edge/connection.ts';
import { inMemory, type OutboxKeeper } from './edge/keeping.ts';
import { createRequests, newsReader } from './edge/wire.ts';
import { createFeed } from './feed.ts';
import { RETRY } from './loops/loop.ts';
import { createReadLoop } from './loops/read-loop.ts';
import { createSendLoop } from './loops/send-loop.ts';
import { createSyncLoop } from './loops/sync-loop.ts';
import type { Session } from './session.ts';
import { type ChatState, createStore, INITIAL_STATE } from './store.ts';

export interface ChatClientOptions {
  readonly session: Session;
  /** Where unsent messages are kept between runs of the program. Default: in memory. */
  readonly outbox?: OutboxKeeper;
  /** Tried in this order. Default: WebSocket, then long polling. */
  readonly transports?: readonly ('websocket' | 'polling')[];
  readonly clock?: Clock;
  /** 0 <= x < 1. Default `Math.random`. */
  readonly random?: () => number;
  /** Default `crypto.getRandomValues`. */
  readonly randomBytes?: (count: number) => Uint8Array;
  /** Default: Socket.IO. */
  readonly connect?: (options: ConnectionOptions) => Connection;
}

/** What one wants to say. */
export interface Draft {
  readonly text: string;
  readonly mediaIds?: readonly string[];
  readonly mentions?: readonly string[];
  /** The place of the message that this one answers. */
  readonly replyTo?: number | null;
  /** Default: a new one. Saying the same again, also after the program was ended, needs the same id. */
  readonly clientMessageId?: string;
}

export interface Sending {
  readonly clientMessageId: string;
  /** The message as it is stored. Rejects with `RequestFailed` when it is refused; waits for as long as it takes. */
  readonly stored: Promise<Message>;
}

export interface ChatClient {
  readonly api: Api;
  state(): ChatState;
  /** Told after each change. @returns what takes the listener back */
  subscribe(listener: (state: ChatState) => void): () => void;
  /**
   * Told of each entry of the streams of channels that are opened or followed: once, in order, without holes, from where
   * one started. @returns what takes the listener back
   */
  onEntry(listener: (entry: StreamEntry) => void): () => void;

  /** Connects, and stays connected until `stop` or the end of the session. */
  start(): void;
  stop(): void;

  /** Loads the newest page and keeps the timeline complete from there on. @throws RequestFailed */
  open(channelId: string): Promise<void>;
  /** Loads the page before what is held; false when there is nothing before it. @throws RequestFailed */
  openOlder(channelId: string): Promise<boolean>;
  /** Keeps the timeline complete from after this place on, whatever there is to be fetched. */
  follow(channelId: string, afterSeq: number): void;

  createChannel(request: CreateChannelRequest): Promise<Channel>;
  /** Kept in the outbox at once; sent as soon as it can be, and until it is stored or refused. */
  send(channelId: string, draft: Draft): Sending;
  /** Sends again what was refused, as a new message: it has another `clientMessageId` from then on. */
  retry(clientMessageId: string): void;
  discard(clientMessageId: string): void;
  /** Reaches the server across connections. Default: all that is held. */
  markRead(channelId: string, seq?: number): void;
  /** Best effort: a lost typing signal is worth nothing, the next one comes in seconds. */
  setTyping(channelId: string, typing: boolean): void;
}

/** How long a channel that one has joined may follow the first news of it, in ms. */
const JOINED_WITHIN_MS = 1_000;

export function createChatClient(options: ChatClientOptions): ChatClient {
  const { session, clock = systemClock, random = Math.random, randomBytes = webRandomBytes } = options;
  const api = createApi(session);
  const store = createStore();
  /** Grows with each connection that comes or goes: what an older one had begun is void. */
  let epoch = 0;

  const connection = (options.connect ?? createConnection)({
    url: session.url,
    accessToken: (refused) => session.accessToken(refused),
    clock,
    random,
    transports: options.transports ?? ['websocket', 'polling'],
    onOnline: () => online(),
    onOffline: () => offline(),
    onFrame: (name, body) => readNews(name, body),
    // Whoever holds the session is told by it.
    onEnd: () => undefined,
  });
  const myId = (): string => session.account()?.id ?? '';
  const requests = createRequests(connection);
  const loop = { store, requests, clock, random };
  const sends = createSendLoop({
    ...loop,
    keeper: options.outbox ?? inMemory(),
    onStored: (entry) => feed.entry(entry),
  });
  const syncs = createSyncLoop({ ...loop, onNews: (news) => feed.news(news) });
  const reads = createReadLoop({ ...loop, onRead: (mark) => feed.read({ ...mark, userId: myId() }) });
  const feed = createFeed({
    store,
    myId,
    onChange: () => syncs.check(),
    onMine: (message) => sends.settle(message),
  });

  const online = (): void => {
    epoch += 1;
    store.update((state) => ({ ...state, online: true }));
    sends.online();
    reads.online();
    void catchUp(1);
  };
  const offline = (): void => {
    epoch += 1;
    if (!store.state().online) return;
    store.update((state) => ({ ...state, online: false }));
    sends.offline();
    syncs.offline();
  };

  /** After every connect: the channels anew, and of each log what was missed. */
  const catchUp = async (tries: number): Promise<void> => {
    const began = epoch;
    const takeList = feed.beginList();
    try {
      const { items } = await api.listChannels();
      takeList(began === epoch ? items : undefined);
    } catch {
      takeList(undefined);
      clock.after(backoffMs(RETRY, tries, random()), () => {
        if (began === epoch) void catchUp(tries + 1);
      });
    }
  };

  /** Channels whose news came before the channel itself. */
  const unknown = new Set<string>();
  /** Only members are told of entries: so one has joined, and the word of it was lost or is still to come. */
  const expectChannel = (channelId: string): void => {
    if (store.state().channels.has(channelId) || unknown.has(channelId)) return;
    const began = epoch;
    unknown.add(channelId);
    clock.after(JOINED_WITHIN_MS, () => {
      unknown.delete(channelId);
      if (began === epoch && !store.state().channels.has(channelId)) void catchUp(1);
    });
  };

  const readNews = newsReader({
    entry(entry) {
      feed.entry(entry);
      expectChannel(entry.channelId);
    },
    joined: feed.joined,
    left: feed.left,
    read: feed.read,
    typing: (change) =>
      store.update((state) => ({ ...state, typing: setTyping(state.typing, change, clock.now()) })),
    presence: (change) =>
      store.update((state) => ({ ...state, present: withPresence(state.present, change) })),
    missed: () => void catchUp(1),
  });

  return {
    api,
    state: store.state,
    subscribe: store.subscribe,
    onEntry: feed.onEntry,
    start() {
      sends.restore();
      connection.open();
    },
    stop() {
      connection.close();
      store.update(({ outbox }) => ({ ...INITIAL_STATE, outbox }));
    },
    async open(channelId) {
      if (store.state().timelines.has(channelId)) return;
      feed.newestPage(channelId, await api.listMessages(channelId));
    },
    async openOlder(channelId) {
      const timeline = store.state().timelines.get(channelId);
      const [first] = timeline?.messages ?? [];
      if (timeline?.older !== true || first === undefined) return false;
      const page = await api.listMessages(channelId, { beforeSeq: first.seq });
      feed.olderPage(channelId, page);
      return page.items.length > 0;
    },
    follow: feed.follow,
    async createChannel(request) {
      const channel = await api.createChannel(request);
      feed.joined(channel);
      return channel;
    },
    send(channelId, { text, mediaIds = [], mentions = [], replyTo = null, clientMessageId = newId() }) {
      const stored = sends.stored(clientMessageId);
      const attachments = mediaIds.map((mediaId) => ({ mediaId }));
      const message = { clientMessageId, text, attachments, mentions: [...mentions], replyTo };
      sends.send({ channelId, message });
      return { clientMessageId, stored };
    },
    retry: (clientMessageId) => sends.retry(clientMessageId, newId()),
    discard: (clientMessageId) => sends.discard(clientMessageId),
    markRead(channelId, seq) {
      const timeline = store.state().timelines.get(channelId);
      reads.markRead(channelId, seq ?? (timeline === undefined ? 0 : headOf(timeline.log)));
    },
    setTyping(channelId, typing) {
      requests.typing(channelId, typing).catch(() => undefined);
    },
  };

  function newId(): string {
    return uuidv7(clock.now(), randomBytes(16));
  }
}

function withPresence(
  present: ReadonlySet<string>,
  { userId, online }: { userId: string; online: boolean },
): ReadonlySet<string> {
  const next = new Set(present);
  if (online) next.add(userId);
  else next.delete(userId);
  return next;
}

const webRandomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
