import type { Channel, Message, MessagePage } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import {
  type Channels,
  noteEntry,
  noteRead,
  putChannel,
  type ReadMark,
  removeChannel,
  replaceChannels,
} from './core/channels.ts';
import { headOf } from './core/channel-log.ts';
import { emptyTimeline, takeIn, takeOlder, type Timeline, timelineFrom } from './core/timeline.ts';
import type { ChannelNews } from './edge/wire.ts';
import type { Store } from './store.ts';

export interface FeedDeps {
  readonly store: Store;
  readonly myId: () => string;
  /** A timeline changed: something may be missing now. */
  readonly onChange: () => void;
  /** One's own message is known to be stored. */
  readonly onMine: (message: Message) => void;
}

/** Where everything that is heard or read goes in, whatever way it came and how often. */
export interface Feed {
  entry(entry: StreamEntry): void;
  news(news: ChannelNews): void;
  read(mark: ReadMark): void;
  /** @param revision of the membership; without it, it is as the server answers just now */
  joined(channel: Channel, revision?: number): void;
  /** No longer a member: nothing of the channel is kept. */
  left(channelId: string, revision?: number): void;
  newestPage(channelId: string, page: MessagePage): void;
  olderPage(channelId: string, page: MessagePage): void;
  follow(channelId: string, afterSeq: number): void;
  /** Call before one's channels are asked for, and the result with the answer, or with undefined when it is void. */
  beginList(): (items: readonly Channel[] | undefined) => void;
  /** @see ChatClient.onEntry */
  onEntry(listener: (entry: StreamEntry) => void): () => void;
}

export function createFeed({ store, myId, onChange, onMine }: FeedDeps): Feed {
  const listeners = new Set<(entry: StreamEntry) => void>();
  /** How far listeners were told, a channel: of a channel that one leaves and joins again nothing is told twice. */
  const told = new Map<string, number>();
  /** Places to start from of channels that are followed; they outlive leaving. */
  const followed = new Map<string, number>();
  /** The last revision of one's membership that was heard of, a channel. */
  const revisions = new Map<string, number>();
  /** Changes of membership that were heard of while a list of channels is on its way, a list. */
  const lists = new Set<Map<string, Channel | 'left'>>();

  const changeChannels = (next: (channels: Channels) => Channels): void =>
    store.update((state) => {
      const channels = next(state.channels);
      return channels === state.channels ? state : { ...state, channels };
    });
  const putTimeline = (channelId: string, timeline: Timeline): void => {
    store.update((state) =>
      state.timelines.get(channelId) === timeline
        ? state
        : { ...state, timelines: new Map(state.timelines).set(channelId, timeline) },
    );
    tell(timeline);
    onChange();
  };
  const tell = ({ log }: Timeline): void => {
    const from = Math.max(log.base, told.get(log.channelId) ?? 0);
    told.set(log.channelId, Math.max(from, headOf(log)));
    for (const entry of log.entries.slice(from - log.base)) for (const listener of listeners) listener(entry);
  };

  const takeEntries = (channelId: string, entries: readonly StreamEntry[], lastSeq: number): void => {
    changeChannels((channels) => entries.reduce((known, entry) => noteEntry(known, entry, myId()), channels));
    const timeline = store.state().timelines.get(channelId);
    if (timeline !== undefined) putTimeline(channelId, takeIn(timeline, entries, lastSeq));
    // The stream says that it is stored, whether or not its acknowledgement ever came.
    for (const entry of entries)
      if (entry.type === 'message' && entry.message.senderId === myId()) onMine(entry.message);
  };

  /** What the channel's description says of its end may be news for its timeline. */
  const compare = (channelId: string): void => {
    const afterSeq = followed.get(channelId);
    const known = store.state().timelines.get(channelId);
    const timeline = known ?? (afterSeq === undefined ? undefined : emptyTimeline(channelId, afterSeq));
    if (timeline === undefined) return;
    const lastSeq = store.state().channels.get(channelId)?.lastSeq ?? 0;
    putTimeline(channelId, takeIn(timeline, [], lastSeq));
  };

  /** Different Pods tell of comings and goings: what comes late must not undo what followed it. */
  const isLate = (channelId: string, revision: number | undefined): boolean => {
    if (revision === undefined) return false;
    const isOlder = revision < (revisions.get(channelId) ?? 0);
    if (!isOlder) revisions.set(channelId, revision);
    return isOlder;
  };

  const left = (channelId: string, revision?: number): void => {
    if (isLate(channelId, revision)) return;
    for (const list of lists) list.set(channelId, 'left');
    store.update((state) => ({
      ...state,
      channels: removeChannel(state.channels, channelId),
      timelines: new Map([...state.timelines].filter(([id]) => id !== channelId)),
    }));
  };
  const takeList = (items: readonly Channel[], meanwhile: ReadonlyMap<string, Channel | 'left'>): void => {
    store.update((state) => {
      const channels = replaceChannels(state.channels, items, meanwhile);
      const timelines = new Map([...state.timelines].filter(([id]) => channels.has(id)));
      return { ...state, loaded: true, channels, timelines };
    });
    for (const channelId of store.state().channels.keys()) compare(channelId);
  };

  return {
    entry: (entry) => takeEntries(entry.channelId, [entry], entry.seq),
    news({ channelId, member, entries, lastSeq }) {
      if (member) takeEntries(channelId, entries, lastSeq);
      else left(channelId);
    },
    read: (mark) => changeChannels((channels) => noteRead(channels, mark, myId())),
    joined(channel, revision) {
      if (isLate(channel.id, revision)) return;
      for (const list of lists) list.set(channel.id, channel);
      changeChannels((channels) => putChannel(channels, channel));
      compare(channel.id);
    },
    left,
    newestPage(channelId, page) {
      // What came while the page was on its way would be lost with a timeline made anew.
      if (store.state().timelines.has(channelId)) return;
      putTimeline(channelId, timelineFrom(channelId, page));
      compare(channelId);
    },
    olderPage(channelId, page) {
      const timeline = store.state().timelines.get(channelId);
      if (timeline !== undefined) putTimeline(channelId, takeOlder(timeline, page));
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
    onEntry(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
