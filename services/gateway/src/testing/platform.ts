import { randomBytes } from 'node:crypto';
import type { Channel, Message } from '@chatplatform/contracts/http/chat';
import type { Ack } from '@chatplatform/contracts/frames/socket';
import { describe } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { connectMongo } from '@chatplatform/kit/mongo';
import { startTokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import { startTcpProxy } from '@chatplatform/kit/testing/tcp-proxy';
import type { TcpProxy } from '@chatplatform/kit/testing/tcp-proxy';
import { startClient } from './live-gateway.ts';
import type { Client } from './live-gateway.ts';
import { migrate, startService } from './services.ts';
import type { ServiceProcess } from './services.ts';

export type StoreName = 'redis' | 'broker' | 'mongodb';
export type ProcessName = 'chat' | 'first' | 'second';

const SETTINGS = { redis: 'REDIS_URL', broker: 'AMQP_URL', mongodb: 'MONGODB_URL' } as const;
const PROCESSES: readonly ProcessName[] = ['chat', 'first', 'second'];

/** A suite that needs a platform's stores, and `more`; without one the report names what is missing. */
export function describeWithPlatform(title: string, suite: () => void, more: readonly string[] = []): void {
  const missing = [...Object.values(SETTINGS), ...more].filter((key) => (process.env[key] ?? '') === '');
  if (missing.length === 0) describe(title, suite);
  else describe.skip(`${title} (needs ${missing.join(', ')})`, suite);
}

/** One process's way to one store. */
async function proxyTo(key: string): Promise<{ proxy: TcpProxy; url: string }> {
  const target = new URL(process.env[key] ?? '');
  const proxy = await startTcpProxy(target.hostname, Number(target.port));
  target.port = String(proxy.port);
  return { proxy, url: target.href };
}

export interface PlatformOptions {
  /** People that the chat service knows, as events would have told it. */
  readonly people?: readonly string[];
  /** Of all three processes, over the defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whose tokens count. @default an issuer of the test's own, which `issue` speaks for */
  readonly auth?: { readonly jwksUrl: string; readonly internalTokenKey: string };
}

/**
 * The chat service and two gateways as processes, each with a way of its own to every store, which a test can break. The stores
 * are real; everything made in them is the platform's own and goes with it.
 */
export async function startPlatform({ people = [], settings = {}, auth }: PlatformOptions = {}) {
  const database = `gateway_test_${newId().slice(-12)}`;
  const issuer = await startTokenIssuer();
  const internalTokenKey = auth?.internalTokenKey ?? randomBytes(32).toString('base64');
  const ways = new Map<string, TcpProxy>();
  const clients: Client[] = [];

  const environmentOf = async (name: ProcessName): Promise<Record<string, string>> => {
    const env: Record<string, string> = {
      LOG_LEVEL: 'warn',
      PUBLIC_URL: 'http://chat.example.org',
      MONGODB_DATABASE: database,
      JWKS_URL: auth?.jwksUrl ?? issuer.jwksUrl,
      INTERNAL_TOKEN_KEY: internalTokenKey,
      DRAIN_SECONDS: '1',
      ...settings,
    };
    for (const [store, key] of Object.entries(SETTINGS)) {
      const { proxy, url } = await proxyTo(key);
      ways.set(`${name} ${store}`, proxy);
      env[key] = url;
    }
    return env;
  };

  const chatEnvironment = await environmentOf('chat');
  await migrate('chat', chatEnvironment);
  let chat = await startService('chat', chatEnvironment);
  const gatewayEnvironments = {
    first: { ...(await environmentOf('first')), CHAT_URL: chat.url },
    second: { ...(await environmentOf('second')), CHAT_URL: chat.url },
  };
  const gateways: Record<'first' | 'second', ServiceProcess> = {
    first: await startService('gateway', gatewayEnvironments.first),
    second: await startService('gateway', gatewayEnvironments.second),
  };
  const replaced = async (
    old: ServiceProcess,
    service: string,
    environment: Record<string, string>,
  ): Promise<ServiceProcess> => {
    old.child.kill('SIGKILL');
    await old.exited;
    return startService(service, environment, Number(new URL(old.url).port));
  };
  const mongo = await connectMongo({ url: process.env[SETTINGS.mongodb] ?? '', database });
  for (const _id of people)
    await mongo.db
      .collection<{ _id: string }>('people')
      .updateOne({ _id }, { $set: { _id } }, { upsert: true });

  const waysOf = (store: StoreName, processes: readonly ProcessName[]): TcpProxy[] =>
    processes.flatMap((name) => ways.get(`${name} ${store}`) ?? []);
  const request = (token: string, path: string, body?: unknown, method = 'POST'): Promise<Response> =>
    fetch(`${chat.url}/api/v1/channels${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const post = async (who: string, path: string, body?: unknown, method = 'POST'): Promise<Response> =>
    request(await issuer.issue({ userId: who }), path, body, method);
  const connectWith = async (gateway: 'first' | 'second', token: string): Promise<Client> => {
    const client = startClient(gateways[gateway].url, token);
    clients.push(client);
    await client.connected();
    return client;
  };

  return {
    issuer,
    internalTokenKey,
    gateways,
    db: mongo.db,
    chat: (): ServiceProcess => chat,
    /** Kills the chat service and starts it anew on its address. */
    async replaceChat(): Promise<void> {
      chat = await replaced(chat, 'chat', chatEnvironment);
    },
    /** The same of a gateway: its connections end. */
    async replaceGateway(name: 'first' | 'second'): Promise<void> {
      gateways[name] = await replaced(gateways[name], 'gateway', gatewayEnvironments[name]);
    },
    /** @param processes default: all */
    cut: (store: StoreName, processes: readonly ProcessName[] = PROCESSES): void =>
      waysOf(store, processes).forEach((proxy) => proxy.cut()),
    restore: (store: StoreName, processes: readonly ProcessName[] = PROCESSES): void =>
      waysOf(store, processes).forEach((proxy) => proxy.restore()),
    request,
    post,
    connectWith,
    connect: async (gateway: 'first' | 'second', who: string): Promise<Client> =>
      connectWith(gateway, await issuer.issue({ userId: who })),
    createGroup: async (owner: string, ...memberIds: string[]): Promise<Channel> =>
      (await (await post(owner, '', { kind: 'group', name: 'Engine room', memberIds })).json()) as Channel,
    async stop(): Promise<void> {
      for (const { socket } of clients) socket.disconnect();
      const processes = [gateways.first, gateways.second, chat];
      for (const { child } of processes) child.kill('SIGTERM');
      await Promise.all(processes.map(({ exited }) => exited));
      await mongo.db.dropDatabase();
      await mongo.close();
      await Promise.all([...ways.values()].map((proxy) => proxy.close()));
      issuer.close();
    },
  };
}
export type TestPlatform = Awaited<ReturnType<typeof startPlatform>>;

export const send = (
  client: Client,
  channelId: string,
  text: string,
  clientMessageId = newId(),
): Promise<Ack<unknown>> => client.request('message:send', { channelId, message: { clientMessageId, text } });

/** The messages of a channel that this client was sent live, as they came. */
export const heard = (client: Client, channelId: string): Message[] =>
  (client.received('message:created') as Message[]).filter((message) => message.channelId === channelId);
