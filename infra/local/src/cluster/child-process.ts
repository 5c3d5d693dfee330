import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';

export interface ChildOptions {
  /** What `argv[0]` and messages call it. */
  name: string;
  command: string;
  args: readonly string[];
  logFile: string;
}

/** A child that ended by itself; carries the end of its log. */
export class ChildExitedError extends Error {
  readonly logTail: string;

  constructor(name: string, how: string, logTail: string) {
    super(`${name} ${how}.\n${logTail}`);
    this.name = 'ChildExitedError';
    this.logTail = logTail;
  }
}

/** A process that ends with this one, even when this one is killed. */
export interface Child {
  /** Rejects with ChildExitedError when the process ends before it is stopped; never resolves. */
  failed: Promise<never>;
  /** SIGTERM, and SIGKILL after `graceMs`. Resolves when the process is gone. */
  stop(graceMs: number): Promise<void>;
}

const TAIL_LINES = 15;

export async function startChild(options: ChildOptions): Promise<Child> {
  const log = await open(options.logFile, 'a');
  // Linux kills the child with its parent (PR_SET_PDEATHSIG): a test run that is killed leaves no server behind.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', options.command, ...options.args], {
    stdio: ['ignore', log.fd, log.fd],
  });
  const exited = once(child, 'exit').then(([code, signal]) => describeExit(code, signal));
  await log.close();
  let stopping = false;
  const failed = exited.then(
    async (how) => {
      if (stopping) return new Promise<never>(() => undefined);
      throw new ChildExitedError(options.name, how, await tailOf(options.logFile));
    },
    (error: Error) => {
      throw new ChildExitedError(options.name, `could not be started: ${error.message}`, '');
    },
  );
  failed.catch(() => undefined); // whoever awaits `failed` sees it; nobody has to
  return {
    failed,
    async stop(graceMs) {
      stopping = true;
      await terminate(child, exited, graceMs);
    },
  };
}

async function terminate(child: ChildProcess, exited: Promise<string>, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited.catch(() => undefined);
  clearTimeout(timer);
}

function describeExit(code: unknown, signal: unknown): string {
  return signal === null ? `exited with code ${String(code)}` : `was ended by ${String(signal)}`;
}

async function tailOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
