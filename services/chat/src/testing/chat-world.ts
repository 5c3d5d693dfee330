import { describe } from '@jest/globals';
import type { Channel, ChannelList, Message, MessagePage } from '@chatplatform/contracts/http/chat';
import type { ChannelSync, StreamEntry, SyncAnswer } from '@chatplatform/contracts/http/stream';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { connectEventBus } from '@chatplatform/kit/events';
import type { EventBus } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { createLogger } from '@chatplatform/kit/logger';
import { connectMongo } from '@chatplatform/kit/mongo';
import { startRedis, stopRedis } from '@chatplatform/kit/redis';
import type { RedisClient } from '@chatplatform/kit/redis';
import type { MongoConnection } from '@chatplatform/kit/mongo';
import { startTokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import { startTcpProxy } from '@chatplatform/kit/testing/tcp-proxy';
import type { TcpProxy } from '@chatplatform/kit/testing/tcp-proxy';
import type { ChatConfig } from '../config.ts';
import { createPeople } from '../infrastructure/mongo/people.ts';
import { migrateSchema } from '../infrastructure/mongo/schema.ts';
import { startChatInstance } from './chat-instance.ts';
import type { ChatInstance } from './chat-instance.ts';

const { MONGODB_URL = '', AMQP_URL = '', REDIS_URL = '' } = process.env;
const missing = Object.entries({ MONGODB_URL, AMQP_URL, REDIS_URL }).flatMap(([key, value]) =>
  value === '' ? [key] : [],
);

/** Skipped, and says why, where the stores are not there. */
export const describeWithStores = (title: string, tests: () => void): void => {
  if (missing.length === 0) describe(title, tests);
  else describe.skip(`${title} (not set: ${missing.join(', ')})`, tests);
};

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** Two Pods of the service on one store, and everything to ask them with. */
export interface ChatWorld {
  readonly name: string;
  readonly pods: readonly ChatInstance[];
  readonly mongo: MongoConnection;
  readonly bus: EventBus;
  /** Everything the service published, as it came. */
  readonly published: readonly CloudEvent[];
  /** The second Pod reaches its stores through these. */
  readonly proxies: { readonly mongo: TcpProxy; readonly redis: TcpProxy; readonly broker: TcpProxy };
  /** Somebody the service knows. */
  person(): Promise<string>;
  /** Asks a Pod in somebody's name: `ask(0, ada, 'GET /<channelId>')`. */
  ask<T>(pod: number, who: string, request: string, body?: unknown): Promise<Answer<T>>;
  say(
    pod: number,
    who: string,
    channelId: string,
    content: string | { text: string; clientMessageId?: string; mentions?: string[]; replyTo?: number },
  ): Promise<Answer<Message>>;
  createGroup(owner: string, ...memberIds: string[]): Promise<Channel>;
  inListOf(who: string, channelId: string, pod?: number): Promise<Channel | undefined>;
  sync(who: string, channelId: string, afterSeq?: number, pod?: number): Promise<ChannelSync>;
  /** The whole stream of a channel, asked for until it is complete. */
  stream(who: string, channelId: string, pod?: number): Promise<StreamEntry[]>;
  allMessages(who: string, channelId: string): Promise<Message[]>;
  /** From now on: everything that any Pod tells the gateways, as it passes through Redis. */
  toldGateways(): Promise<() => readonly string[]>;
  stop(): Promise<void>;
}

/** @param settings of both Pods, beyond where their stores are */
export async function startChatWorld(settings: Partial<ChatConfig> = {}): Promise<ChatWorld> {
  const name = `chat-test-${newId().slice(-12)}`;
  const database = name.replaceAll('-', '_');
  const issuer = await startTokenIssuer();
  const mongo = await connectMongo({ url: MONGODB_URL, database });
  await migrateSchema(mongo.db);
  const [mongoProxy, redisProxy, brokerProxy] = await Promise.all([
    proxyTo(MONGODB_URL),
    proxyTo(REDIS_URL),
    proxyTo(AMQP_URL),
  ]);
  const direct = { MONGODB_URL, AMQP_URL, REDIS_URL, MONGODB_DATABASE: database, JWKS_URL: issuer.jwksUrl };
  const breakable = {
    ...direct,
    MONGODB_URL: through(MONGODB_URL, mongoProxy),
    REDIS_URL: through(REDIS_URL, redisProxy),
    AMQP_URL: through(AMQP_URL, brokerProxy),
  };
  const pods = [
    await startChatInstance(name, direct, settings),
    await startChatInstance(name, breakable, settings),
  ];
  const logger = createLogger({ service: name, level: 'silent' });
  const bus = await connectEventBus({ url: AMQP_URL, service: `${name}-listener`, logger });
  const published: CloudEvent[] = [];
  const listeners: RedisClient[] = [];
  await bus.consume({ types: PUBLISHED, handle: async (event) => void published.push(event) });

  const ask = async <T>(pod: number, who: string, request: string, body?: unknown): Promise<Answer<T>> => {
    const [method = 'GET', path = ''] = request.split(' ');
    const response = await fetch(`${pods[pod]?.url}/api/v1/channels${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await issuer.issue({ userId: who })}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
  };

  const sync: ChatWorld['sync'] = async (who, channelId, afterSeq = 0, pod = 0) => {
    const { body } = await ask<SyncAnswer>(pod, who, 'POST /sync', { channels: [{ channelId, afterSeq }] });
    const [channel] = body.channels;
    if (!channel) throw new Error(`no sync: ${JSON.stringify(body)}`);
    return channel;
  };

  return {
    name,
    pods,
    mongo,
    bus,
    published,
    proxies: { mongo: mongoProxy, redis: redisProxy, broker: brokerProxy },
    person: async () => {
      const id = newId();
      await createPeople(mongo.db).remember(id);
      return id;
    },
    ask,
    say: (pod, who, channelId, content) =>
      ask<Message>(pod, who, `POST /${channelId}/messages`, {
        clientMessageId: newId(),
        ...(typeof content === 'string' ? { text: content } : content),
      }),
    createGroup: async (owner, ...memberIds) =>
      (await ask<Channel>(0, owner, 'POST ', { kind: 'group', name: 'Engine room', memberIds })).body,
    inListOf: async (who, channelId, pod = 0) =>
      (await ask<ChannelList>(pod, who, 'GET ')).body.items.find(({ id }) => id === channelId),
    sync,
    stream: async (who, channelId, pod = 0) => {
      const entries: StreamEntry[] = [];
      for (;;) {
        const answer = await sync(who, channelId, entries.at(-1)?.seq ?? 0, pod);
        entries.push(...answer.entries);
        if (answer.complete) return entries;
      }
    },
    allMessages: async (who, channelId) => {
      const messages: Message[] = [];
      for (;;) {
        const afterSeq = messages.at(-1)?.seq ?? 0;
        const { body } = await ask<MessagePage>(
          0,
          who,
          `GET /${channelId}/messages?afterSeq=${afterSeq}&limit=200`,
        );
        messages.push(...body.items);
        if (body.complete) return messages;
      }
    },
    toldGateways: async () => {
      const frames: string[] = [];
      const listener = startRedis({ url: REDIS_URL, logger, queueWhileAway: true });
      listeners.push(listener);
      await listener.pSubscribe('socket.io*', (frame) => frames.push(frame));
      return () => frames;
    },
    stop: async () => {
      for (const pod of pods) await pod.stop();
      await Promise.all(listeners.map(stopRedis));
      await Promise.all([mongoProxy, redisProxy, brokerProxy].map((proxy) => proxy.close()));
      await bus.close();
      await mongo.db.dropDatabase();
      await mongo.close();
      issuer.close();
    },
  };
}

const PUBLISHED = [
  'chat.channel.created.v1',
  'chat.channel.member-added.v1',
  'chat.channel.member-removed.v1',
  'chat.channel.archived.v1',
  'chat.message.created.v1',
  'chat.message.edited.v1',
  'chat.message.deleted.v1',
  'chat.message.reacted.v1',
];

function proxyTo(url: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(url);
  return startTcpProxy(hostname, Number(port));
}

function through(url: string, proxy: TcpProxy): string {
  const parsed = new URL(url);
  parsed.hostname = '127.0.0.1';
  parsed.port = String(proxy.port);
  return parsed.href;
}
