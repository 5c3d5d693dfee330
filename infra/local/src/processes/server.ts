import { setTimeout as sleep } from 'node:timers/promises';
import { remedyInOutput } from '../launcher/failures.ts';
import { LauncherError } from '../launcher/launcher-error.ts';
import { type Child, type ChildSpec, type Exit, startChild } from './child.ts';
import { lastLines } from './log-file.ts';

export interface ServerSpec extends Omit<ChildSpec, 'input' | 'ownGroup' | 'deathSignal'> {
  /** Default: only a PATH and a locale. */
  env?: Record<string, string>;
  /** Asked every 100 ms until it answers true. */
  ready: () => Promise<boolean>;
  /** @default 60_000 */
  readyTimeoutMs?: number;
  /** Sent first on stop, and when this process dies; SIGKILL follows after `stopTimeoutMs`. @default 'SIGTERM' */
  stopSignal?: NodeJS.Signals;
  /** @default 10_000 */
  stopTimeoutMs?: number;
}

/** A server that has answered. */
export interface RunningServer extends Pick<Child, 'name' | 'pid' | 'exited' | 'kill'> {
  stop(): Promise<void>;
}

export class ServerStartError extends LauncherError {
  constructor({ name, logFile }: ServerSpec, reason: string, logTail: string) {
    const remedy = remedyInOutput(logTail);
    super(`${name} did not start: it ${reason}\n${logTail.replace(/^/gm, '    ')}`, {
      logFile,
      ...(remedy === undefined ? {} : { remedy }),
    });
    this.name = 'ServerStartError';
  }
}

const TAIL_LINES = 15;

/**
 * Starts a server in a group of its own, so that a Ctrl-C at the terminal reaches us first and stops happen in order, and
 * waits until it answers.
 *
 * @throws ServerStartError with the end of its log when it ends before that, or does not answer in time
 */
export async function startServer(spec: ServerSpec): Promise<RunningServer> {
  const { ready: _, readyTimeoutMs: __, stopSignal = 'SIGTERM', stopTimeoutMs = 10_000, env, ...rest } = spec;
  const child = await startChild({
    ...rest,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LANG: 'C.UTF-8', ...env },
    ownGroup: true,
    deathSignal: stopSignal,
  });
  await untilReady(spec, child);
  return {
    name: child.name,
    pid: child.pid,
    exited: child.exited,
    kill: (signal) => child.kill(signal),
    stop: () => child.stop(stopTimeoutMs, stopSignal),
  };
}

async function untilReady(spec: ServerSpec, child: Child): Promise<void> {
  const timeoutMs = spec.readyTimeoutMs ?? 60_000;
  const deadline = Date.now() + timeoutMs;
  let exit: Exit | undefined;
  void child.exited.then((ended) => (exit = ended));
  while (exit === undefined) {
    if (await spec.ready()) return;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw await startError(spec, `gave no answer within ${timeoutMs} ms`);
    }
    await sleep(100);
  }
  throw await startError(spec, exit.how);
}

async function startError(spec: ServerSpec, reason: string): Promise<ServerStartError> {
  return new ServerStartError(spec, reason, await lastLines(spec.logFile, TAIL_LINES));
}
