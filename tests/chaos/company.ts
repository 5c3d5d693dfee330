import { setTimeout as pause } from 'node:timers/promises';
import type { Message } from '@chatplatform/contracts/http/chat';
import type { StreamEntry } from '@chatplatform/contracts/http/stream';
import { type Api, createApi, createSession } from '@chatplatform/client';
import type { History, StoredChannel, StoredEntry } from './history.ts';
import { newId } from './new-id.ts';
import { join, lookOf, type Participant } from './participant.ts';
import { untilDone } from './until-done.ts';
import type { Observer } from './world/observer.ts';
import type { World } from './world/world.ts';

/** People who know one another, at first each in every channel; the first, who owns them, is there with two devices. */
export interface Company {
  readonly participants: readonly Participant[];
  readonly channelIds: readonly string[];
  /** Waits until everybody holds everything and nothing is under way. False when that takes too long. */
  catchUp(): Promise<boolean>;
  /** @param observer whose effects are looked at. Default: the world's own */
  gather(observer?: Observer): Promise<History>;
  leave(): void;
}

/** Reconnects wait up to ten seconds, acknowledgements twelve; the machine may be busy. */
const CATCH_UP_WITHIN_MS = 90_000;

export async function gatherCompany(
  world: World,
  { people, channels }: { people: number; channels: number },
): Promise<Company> {
  const userIds = Array.from({ length: people }, newId);
  await untilDone(() => world.introduce(userIds));
  const channelIds = await untilDone(() => createChannels(world, userIds, channels));
  const [first = ''] = userIds;
  const seats = [
    ...userIds.map((userId, index) => ({ userId, name: `person ${index}` })),
    { userId: first, name: 'person 0, again' },
  ];
  const participants = await Promise.all(
    seats.map((seat) => untilDone(() => join(world.url, { ...seat, channelIds }))),
  );

  const catchUp = async (): Promise<boolean> => {
    const deadline = Date.now() + CATCH_UP_WITHIN_MS;
    while (Date.now() < deadline) {
      await pause(100);
      if (!participants.every((participant) => participant.idle())) continue;
      const stored = await readStored(world, userIds, channelIds).catch(() => undefined);
      if (stored !== undefined && agree(participants, stored) && (await hadEffect(world.observer, stored)))
        return true;
    }
    return false;
  };

  return {
    participants,
    channelIds,
    catchUp,
    async gather(observer = world.observer) {
      const effects = await observer.effects();
      return {
        channels: await untilDone(() => readStored(world, userIds, channelIds)),
        devices: participants.flatMap((participant) =>
          channelIds.map((channelId) => participant.view(channelId)),
        ),
        said: participants.flatMap((participant) => participant.said()),
        changes: participants.flatMap((participant) => participant.changes()),
        effects: new Map(
          [...effects].filter(([id]) => channelIds.some((channelId) => id.startsWith(channelId))),
        ),
      };
    },
    leave() {
      for (const participant of participants) participant.leave();
    },
  };
}

async function apiOf(world: World, userId: string) {
  const session = createSession({ url: world.url });
  await session.logIn({ login: userId, password: 'of no concern' });
  return createApi(session);
}

async function createChannels(world: World, userIds: readonly string[], count: number): Promise<string[]> {
  const [owner = '', ...memberIds] = userIds;
  const api = await apiOf(world, owner);
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await createChannel(api, index, memberIds));
  return ids;
}

/** The first is for those who are invited, the others are for everybody; the same again is the same channel. */
async function createChannel(api: Api, index: number, memberIds: string[]): Promise<string> {
  const kind = index === 0 ? 'group' : 'public';
  return (await api.createChannel({ kind, name: `Channel ${index}`, memberIds })).id;
}

function agree(participants: readonly Participant[], stored: readonly StoredChannel[]): boolean {
  return stored.every(({ channelId, lastSeq, memberIds, reading }) =>
    participants.every((participant) => {
      const view = participant.view(channelId);
      if (!memberIds.includes(participant.userId)) return view.looks === undefined;
      const readSeq = reading.get(participant.userId)?.readSeq;
      return participant.holds(channelId, lastSeq) && view.reading.readSeq === readSeq;
    }),
  );
}

async function hadEffect(observer: Observer, stored: readonly StoredChannel[]): Promise<boolean> {
  const effects = await observer.effects();
  return stored.every(({ messages }) => messages.every(({ id }) => effects.has(id)));
}

/** What is stored, page by page, and what the server says each person has read. */
async function readStored(
  world: World,
  userIds: readonly string[],
  channelIds: readonly string[],
): Promise<StoredChannel[]> {
  const lists = await Promise.all(
    userIds.map(async (userId) => {
      const api = await apiOf(world, userId);
      return { userId, api, items: (await api.listChannels()).items };
    }),
  );
  const api = lists[0]?.api;
  if (api === undefined) throw new Error('a company of nobody');
  return Promise.all(
    channelIds.map(async (channelId): Promise<StoredChannel> => {
      const { entries, lastSeq } = await readEntries(api, channelId);
      const messages = await readMessages(api, channelId);
      const reading = new Map(
        lists.flatMap(({ userId, items }) => {
          const channel = items.find(({ id }) => id === channelId);
          if (channel === undefined) return [];
          return [[userId, { readSeq: channel.readSeq, unreadCount: channel.unreadCount }] as const];
        }),
      );
      return { channelId, lastSeq, messages, entries, memberIds: [...reading.keys()], reading };
    }),
  );
}

async function readMessages(api: Api, channelId: string): Promise<StoredChannel['messages']> {
  const messages: Message[] = [];
  for (let complete = false; !complete;) {
    const afterSeq = messages.at(-1)?.seq ?? 0;
    const page = await api.listMessages(channelId, { afterSeq, limit: 200 });
    messages.push(...page.items);
    complete = page.complete;
  }
  return messages.map((message) => {
    const { id, seq, number, senderId, clientMessageId } = message;
    return { id, seq, number, senderId, clientMessageId, ...lookOf(message) };
  });
}

/** The whole stream of a channel. */
async function readEntries(
  api: Api,
  channelId: string,
): Promise<{ entries: StoredEntry[]; lastSeq: number }> {
  const entries: StoredEntry[] = [];
  for (;;) {
    const { channels } = await api.sync([{ channelId, afterSeq: entries.at(-1)?.seq ?? 0 }]);
    const [answer] = channels;
    if (!answer?.channel) throw new Error(`the owner is not in ${channelId}`);
    entries.push(...answer.entries.map(storedEntry));
    if (answer.complete) return { entries, lastSeq: answer.channel.lastSeq };
  }
}

const storedEntry = (entry: StreamEntry): StoredEntry => ({
  seq: entry.seq,
  atMs: Date.parse(entry.at),
  type: entry.type,
  ...('userId' in entry ? { userId: entry.userId } : {}),
  ...('messageSeq' in entry ? { messageSeq: entry.messageSeq } : {}),
});
