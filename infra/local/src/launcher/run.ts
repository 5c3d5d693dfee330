import { execFile } from 'node:child_process';
import { remedyInOutput } from './failures.ts';
import { LauncherError } from './launcher-error.ts';

/** What a command said and how it ended. */
export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Run as this user; only root may ask for another one than itself. */
  uid?: number;
  input?: string;
  /** Default: no limit. */
  timeoutMs?: number;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** A command that ended with another code than 0: shown as the command and the last lines of what it said. */
export class CommandError extends LauncherError {
  readonly result: Result;

  constructor(command: string, result: Result) {
    const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-5).join('\n');
    const remedy = remedyInOutput(said);
    super(
      `${command} failed (exit code ${result.code}):\n${said.replace(/^/gm, '    ')}`,
      remedy === undefined ? {} : { remedy },
    );
    this.name = 'CommandError';
    this.result = result;
  }
}

/** Runs a command to its end and tells how it went; never rejects. A command that cannot be run has code 127. */
export function tryRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      {
        maxBuffer: MAX_OUTPUT_BYTES,
        ...(options.env === undefined ? {} : { env: options.env }),
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
        ...(options.timeoutMs === undefined
          ? {}
          : { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const }),
      },
      (error, stdout, stderr) =>
        resolve({ code: exitCode(error), stdout, stderr: stderr || spawnMessage(error) }),
    );
    child.stdin?.on('error', () => undefined); // it may end before it has read everything
    child.stdin?.end(options.input);
  });
}

/**
 * Runs a command and returns its standard output.
 *
 * @throws CommandError when it fails
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await tryRun(command, args, options);
  if (result.code !== 0) throw new CommandError([command, ...args].join(' '), result);
  return result.stdout;
}

function exitCode(
  error: { code?: string | number | null | undefined; killed?: boolean | undefined } | null,
): number {
  if (error === null) return 0;
  if (typeof error.code === 'number') return error.code;
  return error.code === 'ENOENT' ? 127 : 1;
}

function spawnMessage(error: Error | null): string {
  return error === null ? '' : error.message;
}
