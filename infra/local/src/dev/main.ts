import { fileURLToPath } from 'node:url';
import { explainFailure } from '../launcher/failures.ts';
import { createProgress } from '../launcher/progress.ts';
import { followLog } from '../processes/log-file.ts';
import type { RunningServer } from '../processes/server.ts';
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
  const processes: RunningServer[] = [];
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
    for (const { name } of processes)
      await followLog(`${logs}/${name}.log`, (line) => progress.note(`${name.padEnd(12)} ${line}`));
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
    const { text, exitCode } = explainFailure(error);
    process.stderr.write(`${text}\n`);
    process.exit(exitCode);
  },
);
