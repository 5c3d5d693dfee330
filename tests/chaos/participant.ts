import { type ChatClient, createChatClient, createSession, headOf } from '@chatplatform/client';
import type { Device, Said, StoredMessage } from './history.ts';

/** A person at one device: says things, reads, and keeps a log of everything. */
export interface Participant {
  readonly userId: string;
  readonly name: string;
  readonly client: ChatClient;
  /** @returns the message as it is stored; rejects when it is refused */
  say(channelId: string, text: string): Promise<unknown>;
  /** Everything that was said here, with what was answered. */
  said(): Said[];
  view(channelId: string): Device;
  /** Whether the connection is up and everything up to this place was heard. */
  holds(channelId: string, lastSeq: number): boolean;
  leave(): void;
}

export async function join(
  url: string,
  { userId, name, channelIds }: { userId: string; name: string; channelIds: readonly string[] },
): Promise<Participant> {
  const session = createSession({ url });
  await session.logIn({ login: userId, password: 'of no concern' });
  const client = createChatClient({ session, transports: ['websocket'] });
  const said: { -readonly [K in keyof Said]: Said[K] }[] = [];
  const heard = new Map<string, StoredMessage[]>();
  client.onEntry((entry) => {
    if (entry.type !== 'message') return;
    const { channelId, id, seq, number, senderId, clientMessageId, text } = entry.message;
    const message = { id, seq, number, senderId, clientMessageId, text };
    heard.set(channelId, [...(heard.get(channelId) ?? []), message]);
  });
  for (const channelId of channelIds) client.follow(channelId, 0);
  client.start();

  return {
    userId,
    name,
    client,
    say(channelId, text) {
      const { clientMessageId, stored } = client.send(channelId, { text });
      const record: (typeof said)[number] = { senderId: userId, channelId, clientMessageId, text };
      said.push(record);
      stored.then(
        ({ id, seq }) => (record.acknowledged = { id, seq }),
        // A refusal leaves it unacknowledged: the checker will miss it in the store.
        () => undefined,
      );
      return stored;
    },
    said: () => said,
    view(channelId) {
      const channel = client.state().channels.get(channelId);
      return {
        name,
        userId,
        channelId,
        heard: heard.get(channelId) ?? [],
        reading: { readSeq: channel?.readSeq ?? -1, unreadCount: channel?.unreadCount ?? -1 },
      };
    },
    holds(channelId, lastSeq) {
      const { online, timelines } = client.state();
      const log = timelines.get(channelId)?.log;
      return online && log !== undefined && headOf(log) >= lastSeq;
    },
    leave: () => client.stop(),
  };
}
