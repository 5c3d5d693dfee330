import { fileURLToPath } from 'node:url';
import { LauncherError, renderLauncherError } from '../launcher/launcher-error.ts';
import { createProgress } from '../launcher/progress.ts';
import type { RunningProcess } from '../stores/process.ts';
import { followLog } from './follow-log.ts';
import { DEV_USAGE, parseDevArguments } from './options.ts';
import { keptSecrets } from './secrets.ts';
import { startServices } from './services.ts';
import { devAddresses, devDirectory, forgetStores, openStores } from './session.ts';
import { PORTS } from './service-settings.ts';
import { startWeb } from './web.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(DEV_USAGE);
    return;
  }
  const options = parseDevArguments(args);
  const dir = devDirectory(process.env);
  const progress = createProgress(terminal(), Date.now);
  const secrets = await keptSecrets(dir);
  const stores = await openStores(root, dir, progress);
  const processes: RunningProcess[] = [];
  const stop = async () => {
    await Promise.all(processes.map((running) => running.stop()));
    await stores.stop();
    await forgetStores(dir);
  };
  const interrupted = new Promise<void>((resolve) => {
    // Not `once`: Ctrl-C comes from the terminal and again from the launcher, and the second would end us before the stores.
    process.on('SIGINT', resolve);
    process.on('SIGTERM', resolve);
  });
  try {
    const addresses = devAddresses(stores.settings, process.env);
    const logs = `${dir}/logs`;
    const services = await progress.step(
      'services',
      () => startServices(options.services, { root, addresses, secrets, logs, watch: true }),
      { log: logs },
    );
    processes.push(...services.values());
    if (options.web) processes.push(await progress.step('client', () => startWeb(root, dir, addresses)));
    for (const running of processes)
      followLog(running.name, `${logs}/${running.name}.log`, (line) => progress.note(line));
    progress.note(
      [
        '',
        ...(options.web ? [`  client      http://127.0.0.1:${PORTS.web}`] : []),
        `  first user  admin / ${secrets.adminPassword}`,
        `  mail        ${stores.settings['SMTP_API_URL'] ?? ''}`,
        `  logs        ${logs}`,
        '  stop        Ctrl-C',
        '',
      ].join('\n'),
    );
    await interrupted;
  } finally {
    await stop();
  }
}

function terminal() {
  return {
    isTTY: process.stdout.isTTY ?? false,
    columns: process.stdout.columns ?? 110,
    write: (text: string) => void process.stdout.write(text),
  };
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof LauncherError ? renderLauncherError(error) : error);
    process.exit(error instanceof LauncherError ? error.exitCode : 1);
  },
);
