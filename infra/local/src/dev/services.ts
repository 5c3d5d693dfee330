import { runLogged } from '../processes/run-logged.ts';
import { type RunningServer, startServer } from '../processes/server.ts';
import {
  type Addresses,
  type DevSecrets,
  MIGRATED,
  type ServiceName,
  serviceSettings,
} from './service-settings.ts';

export interface ServicesOptions {
  /** The repository's root. */
  root: string;
  addresses: Addresses;
  secrets: DevSecrets;
  logs: string;
  /** Restart a service when one of its files changes. */
  watch: boolean;
  /** Added to a service's settings, for example a push endpoint in a test. */
  extra?: Partial<Record<ServiceName, Record<string, string>>>;
}

/** Brings a service's schema up to date. @throws LauncherError with what the migration printed when it fails */
export function migrateService(service: ServiceName, options: ServicesOptions): Promise<void> {
  return runLogged({
    command: process.execPath,
    args: ['src/migrate.ts'],
    cwd: `${options.root}/services/${service}`,
    env: environment(service, options),
    logFile: `${options.logs}/${service}-migration.log`,
    purpose: `The migration of ${service}`,
  });
}

export function startService(service: ServiceName, options: ServicesOptions): Promise<RunningServer> {
  const port = options.addresses.management[service];
  return startServer({
    name: service,
    command: process.execPath,
    args: [
      ...(options.watch ? ['--watch', '--watch-preserve-output'] : []),
      '--import',
      '@chatplatform/kit/telemetry-register',
      'src/main.ts',
    ],
    cwd: `${options.root}/services/${service}`,
    env: environment(service, options),
    logFile: `${options.logs}/${service}.log`,
    ready: () => isReady(port),
    // Seven at once and the client beside them: on two busy cores each takes its time.
    readyTimeoutMs: 180_000,
    stopTimeoutMs: 25_000,
  });
}

/** Migrates and starts services in their order, those that depend on nothing of one another side by side. */
export async function startServices(
  services: readonly ServiceName[],
  options: ServicesOptions,
): Promise<Map<ServiceName, RunningServer>> {
  await Promise.all(
    services
      .filter((service) => MIGRATED.includes(service))
      .map((service) => migrateService(service, options)),
  );
  const running = new Map<ServiceName, RunningServer>();
  const results = await Promise.allSettled(
    services.map(async (service) => running.set(service, await startService(service, options))),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return running;
  await stopServices(running);
  throw failed.reason;
}

export async function stopServices(running: ReadonlyMap<ServiceName, RunningServer>): Promise<void> {
  await Promise.all([...running.values()].map((service) => service.stop()));
}

function environment(service: ServiceName, options: ServicesOptions): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    ...serviceSettings(service, options.addresses, options.secrets),
    ...options.extra?.[service],
  };
}

async function isReady(managementPort: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${managementPort}/readyz`, {
      signal: AbortSignal.timeout(1000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
