import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewaySignal, GatewaySignalName } from '@chatplatform/contracts/frames/gateway-signals';
import { createLogger } from '@chatplatform/kit/logger';
import { connectMongo } from '@chatplatform/kit/mongo';
import { type RedisClient, startRedis as startRedisClient, stopRedis } from '@chatplatform/kit/redis';
import { startTokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import { startTcpProxy, type TcpProxy } from '@chatplatform/kit/testing/tcp-proxy';
import type { StorePrograms } from '@chatplatform/local/artifacts/index';
import { makeSecrets } from '@chatplatform/local/dev/secrets';
import { type Addresses, SERVICE_NAMES, type ServiceName } from '@chatplatform/local/dev/service-settings';
import { migrateService, type ServicesOptions, startService } from '@chatplatform/local/dev/services';
import { startMongodb } from '@chatplatform/local/stores/mongodb';
import { freePort } from '@chatplatform/local/stores/network';
import { startPostgresql } from '@chatplatform/local/stores/postgresql';
import { startRabbitmq } from '@chatplatform/local/stores/rabbitmq';
import { startRedis } from '@chatplatform/local/stores/redis';
import type { RunningStore, StoreContext } from '@chatplatform/local/stores/store';
import type { Pod } from '../plan.ts';
import { Emitter } from '@socket.io/redis-emitter';
import { startEdge } from './edge.ts';
import { type Observer, startObserver } from './observer.ts';
import { type Killable, startKillable } from './process.ts';

export interface WorldOptions {
  /** The repository. */
  readonly root: string;
  readonly programs: StorePrograms;
}

/** Ways that can be broken, of each Pod. */
export interface Ways {
  readonly chatToStore: TcpProxy;
  readonly chatToBroker: TcpProxy;
  readonly chatToRedis: TcpProxy;
  readonly gatewayToRedis: TcpProxy;
  readonly gatewayToChat: TcpProxy;
}

/**
 * The messaging part of the platform as real processes: two gateways, each before a chat Pod of its own, so that two Pods
 * write every channel; the stores; an observer of events. Between all of them are proxies.
 */
export interface World {
  /** Where clients connect: the edge, behind a proxy. */
  readonly url: string;
  readonly clients: TcpProxy;
  readonly ways: readonly [Ways, Ways];
  readonly gateways: readonly [Killable, Killable];
  readonly chats: readonly [Killable, Killable];
  readonly chatPorts: readonly [number, number];
  readonly stores: Readonly<Record<'mongodb' | 'redis' | 'rabbitmq', Killable>>;
  readonly observer: Observer;
  /** Another consumer of the same events, with or without an inbox. */
  observe(name: string, inbox: boolean): Promise<Observer>;
  /** The store as it is, past every proxy. */
  readonly mongoUrl: string;
  /** People exist for the chat service from now on. Again is harmless. */
  introduce(userIds: readonly string[]): Promise<void>;
  flushRedis(): Promise<void>;
  /** As the chat service does. */
  signalGateways<S extends GatewaySignalName>(name: S, body: GatewaySignal<S>): Promise<void>;
  /** Every way whole again, everybody running. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** Long enough that a run sees several renewals. */
const TOKEN_LIFETIME_SECONDS = 8;

export async function startWorld(options: WorldOptions): Promise<World> {
  const cleanups: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    return { ...(await build(options, (cleanup) => cleanups.push(cleanup))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type OnClose = (cleanup: () => unknown) => void;

async function build(options: WorldOptions, onClose: OnClose): Promise<Omit<World, 'close'>> {
  const dir = await mkdtemp(join(tmpdir(), 'chatplatform-chaos-'));
  // For root, PostgreSQL runs as another user, who must be able to reach its data.
  await chmod(dir, 0o755);
  // What is ending may write a last time.
  onClose(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  const stores = await startStores(options.programs, dir, onClose);
  const issuer = await startTokenIssuer();
  onClose(() => issuer.close());

  const proxy = async (url: string | number): Promise<TcpProxy> => {
    const target = typeof url === 'number' ? { hostname: '127.0.0.1', port: url } : new URL(url);
    const started = await startTcpProxy(target.hostname, Number(target.port));
    onClose(() => started.close());
    return started;
  };
  const secrets = makeSecrets();
  const { settings } = stores;
  const pods = await Promise.all(
    ([0, 1] as const).map((pod) =>
      startPod({ ...options, dir, pod, settings, secrets, issuer, proxy, onClose }),
    ),
  );
  const [first, second] = pods as [StartedPod, StartedPod];
  const edge = await startEdge({
    chat: [first.chatPort, second.chatPort],
    gateway: [first.gatewayPort, second.gatewayPort],
    issuer,
    tokenLifetimeSeconds: TOKEN_LIFETIME_SECONDS,
  });
  onClose(() => edge.close());
  const clients = await proxy(edge.port);
  const observe = async (name: string, inbox: boolean): Promise<Observer> => {
    const { AMQP_URL: amqpUrl = '', SQL_URL: sqlUrl = '' } = settings;
    const logger = createLogger({ service: name, level: 'silent' });
    const started = await startObserver({ name, amqpUrl, sqlUrl, logger, inbox });
    onClose(() => started.close());
    return started;
  };
  const observer = await observe('observer', true);

  const ways: readonly [Ways, Ways] = [first.ways, second.ways];
  const all = [...Object.values(stores.killable), first.chat, second.chat, first.gateway, second.gateway];
  return {
    url: `http://127.0.0.1:${clients.port}`,
    clients,
    ways,
    gateways: [first.gateway, second.gateway],
    chats: [first.chat, second.chat],
    stores: stores.killable,
    observer,
    observe,
    chatPorts: [first.chatPort, second.chatPort],
    mongoUrl: settings['MONGODB_URL'] ?? '',
    async introduce(userIds) {
      const mongo = await connectMongo({ url: settings['MONGODB_URL'] ?? '', database: 'chat' });
      const people = userIds.map((_id) => ({
        updateOne: { filter: { _id }, update: { $set: { _id } }, upsert: true },
      }));
      try {
        await mongo.db.collection<{ _id: string }>('people').bulkWrite(people);
      } finally {
        await mongo.close();
      }
    },
    flushRedis: () => onRedis(settings, async (redis) => void (await redis.flushAll())),
    signalGateways: (name, body) =>
      onRedis(settings, async (redis) => {
        const sent: Promise<unknown>[] = [];
        const publish = (channel: string, payload: string | Buffer): void =>
          void sent.push(redis.publish(channel, payload));
        new Emitter({ publish }).serverSideEmit(name, body);
        await Promise.all(sent);
      }),
    async heal() {
      for (const way of [clients, ...Object.values(first.ways), ...Object.values(second.ways)] as TcpProxy[])
        way.restore();
      for (const killable of all) await killable.start();
    },
  };
}

async function onRedis(
  settings: Record<string, string>,
  act: (redis: RedisClient) => Promise<void>,
): Promise<void> {
  const redis = startRedisClient({
    url: settings['REDIS_URL'] ?? '',
    logger: createLogger({ service: 'chaos', level: 'silent' }),
    queueWhileAway: true,
  });
  await act(redis);
  await stopRedis(redis);
}

async function startStores(programs: StorePrograms, dir: string, onClose: OnClose) {
  // A store that is started again has the port it had.
  const ports = new Map<number, number>();
  const context: StoreContext = {
    packages: programs.packages,
    dir,
    async port(preferred) {
      const port = ports.get(preferred) ?? (await freePort());
      ports.set(preferred, port);
      return port;
    },
  };
  const settings: Record<string, string> = {};
  const keep = async (store: RunningStore): Promise<RunningStore> => {
    Object.assign(settings, store.settings);
    return store;
  };
  const start = async (begin: () => Promise<RunningStore>): Promise<Killable> => {
    const killable = await startKillable(async () => keep(await begin()));
    onClose(() => killable.stop());
    return killable;
  };
  const [rabbitmq, redis, mongodb] = await Promise.all([
    start(() => startRabbitmq(context)),
    start(() => startRedis(context)),
    start(() => startMongodb(context, programs.mongod)),
    start(() => startPostgresql(context)),
  ]);
  return { killable: { rabbitmq, redis, mongodb }, settings };
}

interface PodOptions extends WorldOptions {
  readonly dir: string;
  readonly pod: Pod;
  readonly settings: Record<string, string>;
  readonly secrets: ReturnType<typeof makeSecrets>;
  readonly issuer: { readonly jwksUrl: string };
  readonly proxy: (url: string | number) => Promise<TcpProxy>;
  readonly onClose: OnClose;
}

interface StartedPod {
  readonly ways: Ways;
  readonly chat: Killable;
  readonly gateway: Killable;
  readonly chatPort: number;
  readonly gatewayPort: number;
}

/** A chat Pod and a gateway Pod before it. */
async function startPod(options: PodOptions): Promise<StartedPod> {
  const { settings, proxy, onClose } = options;
  const { MONGODB_URL = '', AMQP_URL = '', REDIS_URL = '' } = settings;
  const [chatToStore, chatToBroker, chatToRedis, gatewayToRedis] = await Promise.all([
    proxy(MONGODB_URL),
    proxy(AMQP_URL),
    proxy(REDIS_URL),
    proxy(REDIS_URL),
  ]);
  const addresses = await addressesOf({
    ...settings,
    MONGODB_URL: through(MONGODB_URL, chatToStore),
    AMQP_URL: through(AMQP_URL, chatToBroker),
    REDIS_URL: through(REDIS_URL, chatToRedis),
  });
  const chatPort = addresses.http.chat;
  const gatewayToChat = await proxy(chatPort);
  const shared = { JWKS_URL: options.issuer.jwksUrl, LOG_LEVEL: 'warn' };
  const services: ServicesOptions = {
    root: options.root,
    addresses,
    secrets: options.secrets,
    logs: join(options.dir, `logs/pod-${options.pod}`),
    watch: false,
    extra: {
      chat: shared,
      gateway: {
        ...shared,
        CHAT_URL: `http://127.0.0.1:${gatewayToChat.port}`,
        REDIS_URL: through(REDIS_URL, gatewayToRedis),
        ALLOWED_ORIGINS: '*',
        DRAIN_SECONDS: '1',
      },
    },
  };
  await migrateService('chat', services);
  const start = async (service: ServiceName): Promise<Killable> => {
    const killable = await startKillable(async () => {
      const process = await startService(service, services);
      return { process, stop: () => process.stop() };
    });
    onClose(() => killable.stop());
    return killable;
  };
  return {
    ways: { chatToStore, chatToBroker, chatToRedis, gatewayToRedis, gatewayToChat },
    chat: await start('chat'),
    gateway: await start('gateway'),
    chatPort,
    gatewayPort: addresses.http.gateway,
  };
}

function through(url: string, proxy: TcpProxy): string {
  const target = new URL(url);
  target.hostname = '127.0.0.1';
  target.port = String(proxy.port);
  return target.href;
}

async function addressesOf(stores: Record<string, string>): Promise<Addresses> {
  const ports = async () => {
    const entries: [ServiceName, number][] = [];
    for (const name of SERVICE_NAMES) entries.push([name, await freePort()]);
    return Object.fromEntries(entries) as Record<ServiceName, number>;
  };
  return { stores, publicUrl: 'http://127.0.0.1', http: await ports(), management: await ports() };
}
