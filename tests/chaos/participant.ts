import { setTimeout as pause } from 'node:timers/promises';
import type { Message } from '@chatplatform/contracts/http/chat';
import {
  type Api,
  type ChatClient,
  createChatClient,
  createConnection,
  createSession,
  headOf,
  RequestFailed,
} from '@chatplatform/client';
import type { Change, Device, Look, Received, Said, StoredMessage } from './history.ts';
import { newId } from './new-id.ts';

/** A person at one device: says things and changes them, reads, and keeps a log of everything. */
export interface Participant {
  readonly userId: string;
  readonly name: string;
  readonly client: ChatClient;
  /** @returns the message as it is stored; rejects when it is refused */
  say(channelId: string, text: string): Promise<Message>;
  /** @param pick which of the messages that are held and can be changed so, 0 <= x < 1; does nothing when there is none */
  edit(channelId: string, pick: number, text: string): Promise<void>;
  remove(channelId: string, pick: number): Promise<void>;
  react(channelId: string, pick: number): Promise<void>;
  /** Asks until it is done or refused. */
  ask(request: (api: Api) => Promise<unknown>): Promise<void>;
  /** Everything that was said here, with what was answered. */
  said(): Said[];
  changes(): Change[];
  view(channelId: string): Device;
  /** Whether the connection is up and everything up to this place was heard. */
  holds(channelId: string, lastSeq: number): boolean;
  /** Whether nothing that was asked for is under way. */
  idle(): boolean;
  leave(): void;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export async function join(
  url: string,
  { userId, name, channelIds }: { userId: string; name: string; channelIds: readonly string[] },
): Promise<Participant> {
  const session = createSession({ url });
  await session.logIn({ login: userId, password: 'of no concern' });
  const received: Received[] = [];
  const client = createChatClient({
    session,
    transports: ['websocket'],
    connect: (options) =>
      createConnection({
        ...options,
        onFrame(frame, body) {
          received.push(...receivedWith(frame, body));
          options.onFrame(frame, body);
        },
      }),
  });
  const said: Writable<Said>[] = [];
  const changes: Writable<Change>[] = [];
  const heard = new Map<string, StoredMessage[]>();
  let underWay = 0;
  client.onEntry((entry) => {
    if (entry.type !== 'message') return;
    const { channelId, id, seq, number, senderId, clientMessageId, text } = entry.message;
    const message = { id, seq, number, senderId, clientMessageId, text };
    heard.set(channelId, [...(heard.get(channelId) ?? []), message]);
  });
  for (const channelId of channelIds) client.follow(channelId, 0);
  client.start();

  const counted = async <T>(work: Promise<T>): Promise<T> => {
    underWay += 1;
    try {
      return await work;
    } finally {
      underWay -= 1;
    }
  };
  const ask = <T>(request: (api: Api) => Promise<T>): Promise<T | undefined> =>
    counted(untilAnswered(() => request(client.api)));
  /** One of those that are held and alive. */
  const held = (channelId: string, pick: number, mine: boolean): Message | undefined => {
    const messages = (client.state().timelines.get(channelId)?.messages ?? []).filter(
      ({ senderId, deletedAt }) => deletedAt === null && (!mine || senderId === userId),
    );
    return messages[Math.floor(pick * messages.length)];
  };
  /** Waits for the first, as long as there may be one. */
  const picked = async (channelId: string, pick: number, mine: boolean): Promise<Message | undefined> => {
    for (let tries = 0; tries < 300; tries += 1) {
      const message = held(channelId, pick, mine);
      const { loaded, online, channels, outbox } = client.state();
      const isOut = loaded && !channels.has(channelId);
      const isLate = tries > 20 && online && loaded && outbox.sends.length === 0;
      if (message !== undefined || isOut || isLate) return message;
      await pause(100);
    }
    return undefined;
  };
  const change = async (
    wanted: Change,
    request: (api: Api) => Promise<{ entry: { seq: number } | null }>,
  ): Promise<void> => {
    const record: Writable<Change> = { ...wanted };
    changes.push(record);
    const answer = await ask(request);
    if (answer?.entry) record.acknowledged = answer.entry.seq;
  };

  return {
    userId,
    name,
    client,
    say(channelId, text) {
      const { clientMessageId, stored } = client.send(channelId, { text });
      const record: Writable<Said> = { senderId: userId, channelId, clientMessageId, text };
      said.push(record);
      stored.then(
        ({ id, seq }) => (record.acknowledged = { id, seq }),
        () => {
          record.refused = true;
          client.discard(clientMessageId);
        },
      );
      return stored;
    },
    async edit(channelId, pick, text) {
      const message = await counted(picked(channelId, pick, true));
      if (message === undefined) return;
      const clientOperationId = newId();
      await change({ channelId, messageSeq: message.seq, type: 'message-edited', text }, (api) =>
        api.editMessage(channelId, message.seq, { clientOperationId, text }),
      );
    },
    async remove(channelId, pick) {
      const message = await counted(picked(channelId, pick, true));
      if (message === undefined) return;
      await change({ channelId, messageSeq: message.seq, type: 'message-deleted' }, (api) =>
        api.deleteMessage(channelId, message.seq),
      );
    },
    async react(channelId, pick) {
      const message = await counted(picked(channelId, pick, false));
      if (message === undefined) return;
      const added = !message.reactions.some(({ userIds }) => userIds.includes(userId));
      const reaction = { clientOperationId: newId(), emoji: '👍', added };
      const type = added ? 'reaction-added' : 'reaction-removed';
      await change({ channelId, messageSeq: message.seq, type }, (api) =>
        api.react(channelId, message.seq, reaction),
      );
    },
    ask: async (request) => void (await ask(request)),
    said: () => said,
    changes: () => changes,
    view(channelId) {
      const { channels, timelines } = client.state();
      const channel = channels.get(channelId);
      const messages = timelines.get(channelId)?.messages ?? [];
      return {
        name,
        userId,
        channelId,
        heard: heard.get(channelId) ?? [],
        received: received.filter((one) => one.channelId === channelId),
        looks: channel && new Map(messages.map((message) => [message.id, lookOf(message)])),
        reading: { readSeq: channel?.readSeq ?? -1, unreadCount: channel?.unreadCount ?? -1 },
      };
    },
    holds(channelId, lastSeq) {
      const { online, timelines } = client.state();
      const log = timelines.get(channelId)?.log;
      return online && log !== undefined && headOf(log) >= lastSeq;
    },
    idle: () => underWay === 0 && client.state().outbox.sends.length === 0,
    leave: () => client.stop(),
  };
}

export const lookOf = ({ text, deletedAt, reactions }: Message): Look => ({
  text,
  deleted: deletedAt !== null,
  reactions: reactions.flatMap(({ emoji, userIds }) => userIds.map((id) => `${emoji} ${id}`)).sort(),
});

/** @returns undefined when it is refused */
async function untilAnswered<T>(request: () => Promise<T>): Promise<T | undefined> {
  for (;;)
    try {
      return await request();
    } catch (error) {
      if (error instanceof RequestFailed && error.failure.kind === 'refused') return undefined;
      await pause(500);
    }
}

function receivedWith(frame: string, body: unknown): Received[] {
  if (frame !== 'message:created' && frame !== 'channel:entry') return [];
  const { channelId, seq } = body as { channelId: string; seq: number };
  return [{ channelId, seq, atMs: Date.now() }];
}
