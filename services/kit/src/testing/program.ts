import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

export type RunningProgram = {
  readonly child: ChildProcess;
  /** What it wrote so far, both streams. */
  output(): string;
  /** The exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
};

/** The arguments with which a service is started in production. */
export const SERVE = ['--import', '@chatplatform/kit/telemetry-register', 'src/main.ts'];

/**
 * Runs a program of a service as production does, with this configuration and no other.
 * @param cwd the service's folder
 */
export const runProgram = ({
  cwd,
  args,
  env,
}: {
  cwd: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}): RunningProgram => {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  return { child, output: () => text, exited };
};

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** The status of `/readyz`; 0 while nothing listens. */
export const readiness = (managementPort: number): Promise<number> =>
  fetch(`http://127.0.0.1:${managementPort}/readyz`).then(
    ({ status }) => status,
    () => 0,
  );
