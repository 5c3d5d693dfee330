import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { explainFailure } from '../launcher/failures.ts';
import { LauncherError } from '../launcher/launcher-error.ts';
import { parseDevArguments } from './options.ts';
import { keptSecrets } from './secrets.ts';
import { MIGRATED, serviceSettings } from './service-settings.ts';
import { migrateService } from './services.ts';
import { devAddresses, devDirectory, runningStoreSettings } from './session.ts';

/** `npm run dev -w services/<name>`: one service in the foreground, against the stores that `./chatplatform dev` runs. */
const root = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');

async function main(args: readonly string[]): Promise<number> {
  const [service] = parseDevArguments(args).services;
  if (service === undefined || args.length !== 1)
    throw new LauncherError('name one service', { remedy: 'npm run dev -w services/chat', exitCode: 2 });
  const dir = devDirectory(process.env);
  const stores = await runningStoreSettings(dir);
  if (stores === undefined)
    throw new LauncherError('no stores are running', {
      remedy: `start them, and the other services, with ./chatplatform dev ${otherServices(service)}`,
    });
  const addresses = devAddresses(stores, process.env);
  const secrets = await keptSecrets(dir);
  if (MIGRATED.includes(service))
    await migrateService(service, { root, addresses, secrets, logs: `${dir}/logs`, watch: false });
  const child = spawn(
    process.execPath,
    ['--watch', '--import', '@chatplatform/kit/telemetry-register', 'src/main.ts'],
    {
      cwd: `${root}/services/${service}`,
      env: { ...process.env, ...serviceSettings(service, addresses, secrets) },
      stdio: 'inherit',
    },
  );
  // Ctrl-C reaches both; what is sent to this process alone is handed on.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 0)));
}

function otherServices(service: string): string {
  return parseDevArguments([])
    .services.filter((name) => name !== service)
    .join(' ');
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const { text, exitCode } = explainFailure(error);
    process.stderr.write(`${text}\n`);
    process.exit(exitCode);
  },
);
