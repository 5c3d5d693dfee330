import { mkdir, writeFile } from 'node:fs/promises';
import { answersHttp } from '../stores/network.ts';
import { type RunningServer, startServer } from '../processes/server.ts';
import { proxyRules } from './proxy.ts';
import { type Addresses, PORTS } from './service-settings.ts';

/** The Angular development server: reloads the page on change and stands in for the edge. */
export async function startWeb(root: string, dir: string, addresses: Addresses): Promise<RunningServer> {
  await mkdir(dir, { recursive: true });
  const proxyFile = `${dir}/proxy.json`;
  await writeFile(proxyFile, JSON.stringify(proxyRules(addresses), null, 2));
  return startServer({
    name: 'web',
    command: process.execPath,
    args: [
      `${root}/node_modules/@angular/cli/bin/ng.js`,
      'serve',
      '--port',
      String(PORTS.web),
      '--host',
      '127.0.0.1',
      '--proxy-config',
      proxyFile,
    ],
    cwd: `${root}/web`,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/tmp', NG_CLI_ANALYTICS: 'false' },
    logFile: `${dir}/logs/web.log`,
    readyTimeoutMs: 180_000,
    ready: () => answersHttp(`http://127.0.0.1:${PORTS.web}/`),
  });
}
