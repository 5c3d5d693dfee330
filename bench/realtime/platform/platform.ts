import { migrateService, startService } from '@chatplatform/local/dev/services';
import type { ServicesOptions } from '@chatplatform/local/dev/services';
import { makeSecrets } from '@chatplatform/local/dev/secrets';
import { SERVICE_NAMES } from '@chatplatform/local/dev/service-settings';
import type { Addresses, ServiceName } from '@chatplatform/local/dev/service-settings';
import { createArtifactContext, ensureStorePrograms } from '@chatplatform/local/artifacts/index';
import type { Progress } from '@chatplatform/local/launcher/progress';
import { startStores } from '@chatplatform/local/stores/index';
import { freePort } from '@chatplatform/local/stores/network';
import type { Inspectable } from '../../measure/inspectable.ts';
import { type Identities, startIdentities } from './identities.ts';
import { inspectable, type SocketHolder } from './socket-holder.ts';

/** What messaging needs of a platform, as ordinary processes on free ports of the loopback address. */
export interface Platform {
  readonly chatUrl: string;
  readonly chat: Inspectable;
  readonly gateways: readonly SocketHolder[];
  /** Of the chat service: `/metrics`. */
  readonly chatMetricsUrl: string;
  readonly redisUrl: string;
  readonly mongodbUrl: string;
  readonly identities: Identities;
  /** By component: the leaders of their process groups. */
  readonly processes: ReadonlyMap<string, number>;
  /** One more gateway, which is none of `gateways` and ends with the platform at the latest. */
  startGateway(): Promise<SocketHolder>;
  /** One more gateway, with a chat service of its own on the same stores; both tell of what they do. */
  startTraced(tracing: Tracing): Promise<TracedDoor>;
  stop(): Promise<void>;
}

export interface Tracing {
  /** Of an OTLP/HTTP collector. */
  readonly endpoint: string;
  /** Share of the requests that is told of, 0 to 1. */
  readonly samplingRatio: number;
}

export interface TracedDoor {
  readonly gatewayUrl: string;
  /** Leaders of their process groups. */
  readonly pids: readonly number[];
  /** After what they still had to tell is told. */
  stop(): Promise<void>;
}

export interface PlatformOptions {
  /** The repository's root. */
  readonly root: string;
  /** Data and logs. */
  readonly dir: string;
  readonly gateways: number;
  readonly progress: Progress;
  /** Heeded between two starts, so that nothing is left half started. */
  readonly interrupted: AbortSignal;
}

/** Starts stores, chat and gateways; when one of them does not start, those that did are stopped. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { root, dir, progress, interrupted } = options;
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const programs = await ensureStorePrograms(createArtifactContext({ progress, repository: root }));
    const stores = await progress.step('stores', () =>
      startStores({ programs, dir, names: ['rabbitmq', 'redis', 'mongodb'], ports: 'free' }),
    );
    undo.push(() => stores.stop());
    interrupted.throwIfAborted();
    const addresses = await freeAddresses(stores.settings);
    const identities = await startIdentities(addresses.http.auth);
    undo.push(() => identities.close());

    const logs = `${dir}/logs`;
    const services = { root, addresses, secrets: makeSecrets(), logs, watch: false };
    const chat = await progress.step('chat', () => startChat(services));
    undo.push(() => chat.process.stop());
    interrupted.throwIfAborted();
    const started: SocketHolder[] = [];
    undo.push(async () => void (await Promise.all(started.map(({ process }) => process.stop()))));
    const addGateway = async (): Promise<SocketHolder> => {
      const gateway = await startGateway(services);
      started.push(gateway);
      return gateway;
    };
    const gateways: SocketHolder[] = [];
    for (let index = 0; index < options.gateways; index += 1)
      gateways.push(await progress.step(`gateway ${index + 1}`, addGateway));
    interrupted.throwIfAborted();

    return {
      chat,
      chatUrl: `http://127.0.0.1:${addresses.http.chat}`,
      gateways,
      chatMetricsUrl: `http://127.0.0.1:${addresses.management.chat}/metrics`,
      redisUrl: stores.settings['REDIS_URL'] ?? '',
      mongodbUrl: stores.settings['MONGODB_URL'] ?? '',
      identities,
      processes: new Map([
        ...[...stores.stores].map(([name, store]) => [name, store.process.pid] as const),
        ['chat', chat.process.pid],
        ...gateways.map(({ process }, index) => [`gateway ${index + 1}`, process.pid] as const),
      ]),
      startGateway: addGateway,
      startTraced: (tracing) => startTraced(services, tracing),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startChat(services: ServicesOptions): Promise<Inspectable> {
  await migrateService('chat', services);
  const inspectorPort = await freePort();
  const process = await startService('chat', { ...services, extra: { chat: inspectable(inspectorPort) } });
  return { process, inspectorPort };
}

async function startGateway(services: ServicesOptions): Promise<SocketHolder> {
  const [http, management, inspectorPort] = [await freePort(), await freePort(), await freePort()];
  const { addresses } = services;
  const process = await startService('gateway', {
    ...services,
    addresses: {
      ...addresses,
      http: { ...addresses.http, gateway: http },
      management: { ...addresses.management, gateway: management },
    },
    extra: {
      gateway: {
        ...services.extra?.gateway,
        ...inspectable(inspectorPort),
        // Nothing is waited for at the end: the connections are the generator's, and it is gone.
        DRAIN_SECONDS: '0',
      },
    },
  });
  return { url: `http://127.0.0.1:${http}`, process, inspectorPort };
}

async function startTraced(
  services: ServicesOptions,
  { endpoint, samplingRatio }: Tracing,
): Promise<TracedDoor> {
  const { addresses } = services;
  const [http, management] = [await freePort(), await freePort()];
  const sampling = { OTEL_TRACES_SAMPLER_ARG: String(samplingRatio) };
  const traced: ServicesOptions = {
    ...services,
    addresses: {
      ...addresses,
      http: { ...addresses.http, chat: http },
      management: { ...addresses.management, chat: management },
      tracingEndpoint: endpoint,
    },
    extra: { chat: sampling, gateway: sampling },
  };
  const chat = await startService('chat', traced);
  try {
    const gateway = await startGateway(traced);
    return {
      gatewayUrl: gateway.url,
      pids: [chat.pid, gateway.process.pid],
      stop: async () => {
        await gateway.process.stop();
        await chat.stop();
      },
    };
  } catch (error) {
    await chat.stop();
    throw error;
  }
}

async function freeAddresses(stores: Record<string, string>): Promise<Addresses> {
  const ports = async (): Promise<Record<ServiceName, number>> =>
    Object.fromEntries(
      await Promise.all(SERVICE_NAMES.map(async (name) => [name, await freePort()] as const)),
    ) as Record<ServiceName, number>;
  return { stores, publicUrl: 'http://127.0.0.1', http: await ports(), management: await ports() };
}
