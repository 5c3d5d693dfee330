import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lastLines } from './log-file.ts';

/** How a process is started: the one way this project starts one whose output is kept. */
export interface ChildSpec {
  /** What messages call it. */
  name: string;
  command: string;
  args: readonly string[];
  /** Both output streams are appended to it; its folder is made. */
  logFile: string;
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Run as this user; only root may ask for another one than itself. */
  uid?: number;
  /** Written to its standard input; without it there is none. */
  input?: string;
  /** A process group of its own: Ctrl-C on the terminal does not reach it, and signals reach what it starts itself. Default: false. */
  ownGroup?: boolean;
  /** The signal it gets when this process ends, by whatever: Linux sees to it, kill -9 included. Default: SIGTERM. */
  deathSignal?: NodeJS.Signals | 'none';
}

/** How a process has ended. */
export interface Exit {
  code: number | null;
  /** `exited with code 1`, `was ended by SIGKILL`, `could not be started: ...`. */
  how: string;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process is gone, whoever ended it; never rejects. */
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process is gone: by the signal, or by SIGKILL after the grace. */
  stop(graceMs: number, signal?: NodeJS.Signals): Promise<void>;
}

/** A process that ended by itself; carries the end of its log. */
export class ChildExitedError extends Error {
  readonly logTail: string;

  constructor(name: string, how: string, logTail: string) {
    super(`${name} ${how}.\n${logTail}`);
    this.name = 'ChildExitedError';
    this.logTail = logTail;
  }
}

const TAIL_LINES = 15;

/** Starts a process. That it cannot be started is told by `exited` too. */
export async function startChild(spec: ChildSpec): Promise<Child> {
  await mkdir(dirname(spec.logFile), { recursive: true });
  const log = await open(spec.logFile, 'a');
  const child = spawnChild(spec, log.fd);
  child.stdin?.on('error', () => undefined); // it may end before it has read everything
  child.stdin?.end(spec.input);
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => resolve({ code: null, how: `could not be started: ${error.message}` }));
    child.once('exit', (code, signal) => resolve({ code, how: describeExit(code, signal) }));
  });
  await log.close();
  const kill = (signal: NodeJS.Signals) => sendSignal(child, signal, spec.ownGroup === true);
  if (spec.deathSignal !== 'none') endWithThisProcess(child, () => kill(deathSignalOf(spec)));
  return {
    name: spec.name,
    pid: child.pid ?? -1,
    exited,
    kill,
    async stop(graceMs, signal = 'SIGTERM') {
      kill(signal);
      const timer = setTimeout(() => kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Rejects with the end of its log when the process ends; never resolves. For racing against what is waited for. */
export async function whenExited(child: Child, logFile: string): Promise<never> {
  const { how } = await child.exited;
  throw new ChildExitedError(child.name, how, await lastLines(logFile, TAIL_LINES));
}

function spawnChild(spec: ChildSpec, log: number): ChildProcess {
  const [command, args] = wrapped(spec);
  return spawn(command, args, {
    stdio: [spec.input === undefined ? 'ignore' : 'pipe', log, log],
    detached: spec.ownGroup === true,
    env: spec.env ?? process.env,
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    ...(spec.uid === undefined ? {} : { uid: spec.uid, gid: spec.uid }),
  });
}

/** Where there is Linux, setpriv asks the kernel for the signal (PR_SET_PDEATHSIG) and then becomes the command. */
function wrapped(spec: ChildSpec): [string, readonly string[]] {
  if (process.platform !== 'linux' || spec.deathSignal === 'none') return [spec.command, spec.args];
  const signal = deathSignalOf(spec).replace('SIG', '');
  return ['setpriv', ['--pdeathsig', signal, '--', spec.command, ...spec.args]];
}

function deathSignalOf({ deathSignal }: ChildSpec): NodeJS.Signals {
  return deathSignal === undefined || deathSignal === 'none' ? 'SIGTERM' : deathSignal;
}

/** What is to be ended with this process: one listener for all, because a program may run dozens of children. */
const endings = new Set<() => void>();
process.on('exit', () => {
  for (const end of endings) end();
});

/** The kernel's signal reaches the process alone; this one, sent while we can, reaches its group too. */
function endWithThisProcess(child: ChildProcess, end: () => void): void {
  endings.add(end);
  child.once('exit', () => endings.delete(end));
}

function sendSignal(child: ChildProcess, signal: NodeJS.Signals, group: boolean): void {
  // Of one that has ended the number may be another's by now.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(group ? -child.pid : child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exited with code ${String(code)}` : `was ended by ${signal}`;
}
