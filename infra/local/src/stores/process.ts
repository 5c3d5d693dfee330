import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  logFile: string;
  /** Run as this user; only root may ask for another one than itself. */
  uid?: number;
  /** Asked every 100 ms until it answers true. */
  ready: () => Promise<boolean>;
  /** @default 60_000 */
  readyTimeoutMs?: number;
  /** Sent first on stop; SIGKILL follows after `stopTimeoutMs`. @default 'SIGTERM' */
  stopSignal?: NodeJS.Signals;
  /** @default 10_000 */
  stopTimeoutMs?: number;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process is gone, whoever ended it. */
  readonly exited: Promise<void>;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export class ProcessStartError extends Error {
  constructor(spec: ProcessSpec, reason: string) {
    super(
      `${spec.name} did not start: ${reason}. Last lines of ${spec.logFile}:\n${lastLines(spec.logFile, 15)}`,
    );
    this.name = 'ProcessStartError';
  }
}

/** Starts a process in a group of its own and waits until it answers; a process that ends before that is an error with its log. */
export async function startProcess(spec: ProcessSpec): Promise<RunningProcess> {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = createWriteStream(spec.logFile, { flags: 'a' });
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LANG: 'C.UTF-8', ...spec.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that a Ctrl-C at the terminal reaches us first and stops happen in order.
    detached: true,
    ...(spec.uid === undefined ? {} : { uid: spec.uid, gid: spec.uid }),
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const state = { ended: undefined as string | undefined };
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      state.ended = error.message;
      resolve();
    });
    child.once('exit', (code, signal) => {
      state.ended = signal ? `ended by ${signal}` : `exit code ${code}`;
      log.end();
      resolve();
    });
  });
  await untilReady(spec, state, child);
  return {
    name: spec.name,
    pid: child.pid ?? -1,
    exited,
    kill: (signal) => signalGroup(child, signal),
    stop: () => stop(spec, child, exited),
  };
}

async function untilReady(
  spec: ProcessSpec,
  state: { ended: string | undefined },
  child: ChildProcess,
): Promise<void> {
  const deadline = Date.now() + (spec.readyTimeoutMs ?? 60_000);
  while (state.ended === undefined) {
    if (await spec.ready()) return;
    if (Date.now() > deadline) {
      signalGroup(child, 'SIGKILL');
      throw new ProcessStartError(spec, `no answer within ${spec.readyTimeoutMs ?? 60_000} ms`);
    }
    await sleep(100);
  }
  throw new ProcessStartError(spec, state.ended);
}

async function stop(spec: ProcessSpec, child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  signalGroup(child, spec.stopSignal ?? 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), spec.stopTimeoutMs ?? 10_000);
  await exited;
  clearTimeout(timer);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '(no log was written)';
  }
}
