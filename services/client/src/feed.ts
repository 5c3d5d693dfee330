import type { SyncResult } from '@chatplatform/contracts/frames/socket';
import type { Channel, Message, MessagePage } from '@chatplatform/contracts/http/chat';
import {
  type ChannelLog,
  emptyLog,
  headOf,
  noteLastSeq,
  startAfter,
  take,
  takePage,
} from './core/channel-log.ts';
import {
  type Channels,
  type MembershipChanges,
  noteMessage,
  noteRead,
  putChannel,
  removeChannel,
  replaceChannels,
} from './core/channels.ts';
import type { Store } from './store.ts';

export interface FeedDeps {
  readonly store: Store;
  readonly myId: () => string;
  /** The channel's log changed: something may be missing now. */
  readonly onChange: (channelId: string) => void;
  /** One's own message is known to be stored. */
  readonly onMine: (message: Message) => void;
}

/** Where everything that is heard or read goes in, whatever way it came and how often. */
export interface Feed {
  message(message: Message): void;
  sync(channelId: string, page: SyncResult): void;
  read(mark: { channelId: string; userId: string; seq: number }): void;
  joined(channel: Channel): void;
  /** No longer a member: nothing of the channel is kept. */
  left(channelId: string): void;
  page(channelId: string, page: MessagePage): void;
  follow(channelId: string, afterSeq: number): void;
  /** Call before one's channels are asked for, and the result with the answer, or with undefined when it is void. */
  beginList(): (items: readonly Channel[] | undefined) => void;
  /** @see ChatClient.onMessage */
  onMessage(listener: (message: Message) => void): () => void;
}

export function createFeed({ store, myId, onChange, onMine }: FeedDeps): Feed {
  const listeners = new Set<(message: Message) => void>();
  /** How far listeners were told, a channel: of a channel that one leaves and joins again nothing is told twice. */
  const told = new Map<string, number>();
  /** Places to start from of channels that are followed; they outlive leaving. */
  const followed = new Map<string, number>();
  /** Changes of membership that were heard of while a list of channels is on its way, a list. */
  const lists = new Set<Map<string, Channel | 'left'>>();

  const changeChannels = (next: (channels: Channels) => Channels): void =>
    store.update((state) => {
      const channels = next(state.channels);
      return channels === state.channels ? state : { ...state, channels };
    });

  const changeLog = (channelId: string, next: (log: ChannelLog<Message>) => ChannelLog<Message>): void => {
    store.update((state) => {
      const known = state.logs.get(channelId);
      const log = next(known ?? emptyLog(channelId));
      return log === known ? state : { ...state, logs: new Map(state.logs).set(channelId, log) };
    });
    tell(channelId);
    onChange(channelId);
  };
  const tell = (channelId: string): void => {
    const log = store.state().logs.get(channelId);
    if (log?.base === undefined) return;
    const from = Math.max(log.base, told.get(channelId) ?? 0);
    told.set(channelId, Math.max(from, headOf(log)));
    for (const message of log.entries.slice(from - log.base))
      for (const listener of listeners) listener(message);
  };
  const takeIn = (channelId: string, messages: readonly Message[], lastSeq: number): void => {
    if (store.state().logs.has(channelId))
      changeLog(channelId, (log) => take(noteLastSeq(log, lastSeq), messages));
    for (const message of messages) if (message.senderId === myId()) onMine(message);
  };

  /** What the channel's description says of its end may be news for its log. */
  const compare = (channelId: string): void => {
    const afterSeq = followed.get(channelId);
    if (afterSeq === undefined && !store.state().logs.has(channelId)) return;
    const lastSeq = store.state().channels.get(channelId)?.lastSeq ?? 0;
    changeLog(channelId, (log) =>
      noteLastSeq(afterSeq === undefined ? log : startAfter(log, afterSeq), lastSeq),
    );
  };

  return {
    message(message) {
      changeChannels((channels) => noteMessage(channels, message, myId()));
      takeIn(message.channelId, [message], message.seq);
    },
    sync(channelId, page) {
      for (const message of page.items) changeChannels((channels) => noteMessage(channels, message, myId()));
      takeIn(channelId, page.items, page.lastSeq);
    },
    read(mark) {
      changeChannels((channels) => noteRead(channels, mark, myId()));
    },
    joined(channel) {
      for (const list of lists) list.set(channel.id, channel);
      changeChannels((channels) => putChannel(channels, channel));
      compare(channel.id);
    },
    left(channelId) {
      for (const list of lists) list.set(channelId, 'left');
      store.update((state) => ({
        ...state,
        channels: removeChannel(state.channels, channelId),
        logs: new Map([...state.logs].filter(([id]) => id !== channelId)),
      }));
    },
    page(channelId, page) {
      changeLog(channelId, (log) => {
        // An empty channel has no first entry to start from.
        const paged = page.items.length === 0 ? startAfter(log, page.lastSeq) : takePage(log, page.items);
        return noteLastSeq(paged, page.lastSeq);
      });
    },
    follow(channelId, afterSeq) {
      followed.set(channelId, afterSeq);
      compare(channelId);
    },
    beginList() {
      const meanwhile = new Map<string, Channel | 'left'>();
      lists.add(meanwhile);
      return (items) => {
        lists.delete(meanwhile);
        if (items !== undefined) takeList(items, meanwhile);
      };
    },
    onMessage(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  function takeList(items: readonly Channel[], meanwhile: MembershipChanges): void {
    store.update((state) => {
      const channels = replaceChannels(state.channels, items, meanwhile);
      const logs = new Map([...state.logs].filter(([id]) => channels.has(id)));
      return { ...state, loaded: true, channels, logs };
    });
    for (const channelId of store.state().channels.keys()) compare(channelId);
  }
}
