import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
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
  try {
    const { size: from } = await log.stat();
    await log.write(`\n# ${[command.command, ...command.args].join(' ')}\n`);
    const how = await runToEnd(command, log.fd).catch((error: Error) => {
      throw failure(command, `${command.purpose} failed: ${error.message}.`, error);
    });
    if (how === undefined) return;
    throw failure(command, `${command.purpose} failed (${how}):\n${await lastLines(command.logFile, from)}`);
  } finally {
    await log.close();
  }
}

/** @returns how the command failed, undefined when it did not */
async function runToEnd(command: LoggedCommand, output: number): Promise<string | undefined> {
  const child = spawn(command.command, command.args, {
    stdio: [command.input === undefined ? 'ignore' : 'pipe', output, output],
    detached: command.detached === true,
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: command.env ?? process.env,
  });
  if (command.detached !== true) endWithLauncher(child);
  child.stdin?.on('error', () => undefined); // it may end before it has read everything; its exit code tells
  child.stdin?.end(command.input);
  const [code, signal] = await once(child, 'exit');
  if (code === 0) return undefined;
  return signal === null ? `exit code ${String(code)}` : String(signal);
}

/** A signal to the launcher alone does not reach its children: they are ended when it ends. */
function endWithLauncher(child: ChildProcess): void {
  const end = () => void child.kill('SIGTERM');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
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
