import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { eventually } from '@chatplatform/kit/testing/eventually';

const SERVICES = fileURLToPath(new URL('../../..', import.meta.url));

export interface ServiceProcess {
  readonly url: string;
  readonly managementUrl: string;
  readonly child: ChildProcess;
  /** Resolves with the exit code; null after a kill. */
  readonly exited: Promise<number | null>;
  output(): string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function run(service: string, args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, args, {
    cwd: `${SERVICES}/${service}`,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += String(chunk)));
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
  return { child, exited, output: () => text };
}

/** Runs a service's migration as the operator's Job does. */
export async function migrate(service: string, env: Record<string, string>): Promise<void> {
  const { exited, output } = run(service, ['src/migrate.ts'], env);
  if ((await exited) !== 0) throw new Error(`migration of ${service} failed:\n${output()}`);
}

/** Starts a service as a Pod does, by its configuration alone. Resolves once it is ready. */
export async function startService(
  service: string,
  env: Record<string, string>,
  wantedPort?: number,
): Promise<ServiceProcess> {
  const [port, managementPort] = [wantedPort ?? (await freePort()), await freePort()];
  const { child, exited, output } = run(
    service,
    ['--import', '@chatplatform/kit/telemetry-register', 'src/main.ts'],
    { ...env, HTTP_PORT: String(port), MANAGEMENT_PORT: String(managementPort) },
  );
  const managementUrl = `http://127.0.0.1:${managementPort}`;
  const readiness = async (): Promise<string> => {
    if (child.exitCode !== null) throw new Error(`${service} exited:\n${output()}`);
    return fetch(`${managementUrl}/readyz`).then(
      async (response) => (response.ok ? 'ready' : response.text()),
      (error: unknown) => String(error),
    );
  };
  await eventually(readiness, (state) => state === 'ready', 30_000);
  return { url: `http://127.0.0.1:${port}`, managementUrl, child, exited, output };
}
