import type { StorePrograms } from '../artifacts/index.ts';
import { explainFailure } from '../launcher/failures.ts';
import { LauncherError } from '../launcher/launcher-error.ts';
import { startInfluxdb } from './influxdb.ts';
import { startMongodb } from './mongodb.ts';
import { freePort } from './network.ts';
import { startObjectStorage } from './object-storage.ts';
import { startPostgresql } from './postgresql.ts';
import { startRabbitmq } from './rabbitmq.ts';
import { startRedis } from './redis.ts';
import { startSmtpSink } from './smtp-sink.ts';
import type { RunningStore, StoreContext } from './store.ts';

export const STORE_NAMES = [
  'rabbitmq',
  'redis',
  'postgresql',
  'mongodb',
  'influxdb',
  'object-storage',
  'mail',
] as const;
export type StoreName = (typeof STORE_NAMES)[number];

export interface StoresOptions {
  programs: StorePrograms;
  dir: string;
  names?: readonly StoreName[];
  /** Fixed ports let an address survive a restart; free ones let several sets run side by side. */
  ports: 'fixed' | 'free';
}

export interface RunningStores {
  readonly stores: ReadonlyMap<StoreName, RunningStore>;
  /** All settings of all stores, as the services' configuration keys. */
  readonly settings: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts the stores side by side; when one does not start, those that did are stopped again. */
export async function startStores(options: StoresOptions): Promise<RunningStores> {
  const names = options.names ?? STORE_NAMES;
  const context: StoreContext = {
    packages: options.programs.packages,
    dir: options.dir,
    port: (preferred) => (options.ports === 'fixed' ? Promise.resolve(preferred) : freePort()),
  };
  const results = await Promise.allSettled(names.map((name) => starters[name](context, options.programs)));
  const stores = new Map<StoreName, RunningStore>();
  const failures: unknown[] = [];
  results.forEach((result, index) => {
    const name = names[index];
    if (result.status === 'rejected') failures.push(result.reason);
    else if (name !== undefined) stores.set(name, result.value);
  });
  const stop = async () => {
    await Promise.all([...stores.values()].map((store) => store.stop()));
  };
  if (failures.length > 0) {
    await stop();
    throw failures.length === 1 ? failures[0] : severalFailures(failures);
  }
  return {
    stores,
    settings: Object.assign({}, ...[...stores.values()].map((store) => store.settings)),
    stop,
  };
}

/** They tend to have one cause, which the first of them names. */
function severalFailures(failures: readonly unknown[]): LauncherError {
  const known = failures.map((failure) => explainFailure(failure).text.replace('chatplatform: ', ''));
  return new LauncherError(known.join('\n'), { cause: failures[0] });
}

const starters: Record<StoreName, (context: StoreContext, programs: StorePrograms) => Promise<RunningStore>> =
  {
    rabbitmq: (context) => startRabbitmq(context),
    redis: (context) => startRedis(context),
    postgresql: (context) => startPostgresql(context),
    mongodb: (context, programs) => startMongodb(context, programs.mongod),
    influxdb: (context, programs) => startInfluxdb(context, programs.influxd),
    'object-storage': (context, programs) => startObjectStorage(context, programs.azurite),
    mail: (context, programs) => startSmtpSink(context, programs.maildev),
  };
