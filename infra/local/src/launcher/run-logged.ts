import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LauncherError } from './launcher-error.ts';

export interface LoggedCommand {
  command: string;
  args: readonly string[];
  /** Output of the command is appended to it. */
  logFile: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Written to the command's standard input. */
  input?: string;
  /** What the command is for, to say when it fails: `The installation of Debian packages`. */
  purpose: string;
  remedy?: string;
  /** Runs in a session of its own, so that Ctrl-C on the terminal does not reach it. */
  detached?: boolean;
}

const TAIL_LINES = 5;

/**
 * Runs a command with its output in a log file.
 *
 * @throws LauncherError with the last lines of the output when it fails
 */
export async function runLogged(command: LoggedCommand): Promise<void> {
  await mkdir(dirname(command.logFile), { recursive: true });
  const log = await open(command.logFile, 'a');
  const from = (await log.stat()).size;
  await log.write(`\n# ${[command.command, ...command.args].join(' ')}\n`);
  try {
    const child = spawn(command.command, command.args, {
      stdio: [command.input === undefined ? 'ignore' : 'pipe', log.fd, log.fd],
      detached: command.detached === true,
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      env: command.env ?? process.env,
    });
    child.stdin?.on('error', () => undefined); // it may end before it has read everything; its exit code tells
    child.stdin?.end(command.input);
    const [code, signal] = await once(child, 'exit');
    if (code === 0) return;
    const tail = await lastLines(command.logFile, from);
    const how = signal === null ? `exit code ${String(code)}` : String(signal);
    throw failure(command, `${command.purpose} failed (${how}):\n${tail}`);
  } catch (error) {
    if (error instanceof LauncherError) throw error;
    throw failure(command, `${command.purpose} failed: ${(error as Error).message}.`, error);
  } finally {
    await log.close();
  }
}

function failure(command: LoggedCommand, message: string, cause?: unknown): LauncherError {
  return new LauncherError(message, {
    logFile: command.logFile,
    ...(command.remedy === undefined ? {} : { remedy: command.remedy }),
    cause,
  });
}

async function lastLines(file: string, from: number): Promise<string> {
  const text = (await readFile(file)).subarray(from).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .slice(-TAIL_LINES)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join('\n');
}
