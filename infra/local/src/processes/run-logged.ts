import { appendFile, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LauncherError } from '../launcher/launcher-error.ts';
import { remedyInOutput } from '../launcher/failures.ts';
import { type ChildSpec, startChild } from './child.ts';
import { lastLines } from './log-file.ts';

export interface LoggedCommand extends Omit<ChildSpec, 'name'> {
  /** What the command is for, to say when it fails: `The installation of Debian packages`. */
  purpose: string;
  remedy?: string;
  /** Lines of its output that say nothing of why it has failed. */
  noise?: RegExp;
}

const TAIL_LINES = 5;
const TAIL_COLUMNS = 300;
/** A compiler may say much after it has said why. */
const SEARCHED_LINES = 100;

/**
 * Runs a command to its end with its output in a log file.
 *
 * @throws LauncherError with the last lines of the output when it fails
 */
export async function runLogged({ purpose, remedy, noise, ...command }: LoggedCommand): Promise<void> {
  await mkdir(dirname(command.logFile), { recursive: true });
  await appendFile(command.logFile, `\n# ${[command.command, ...command.args].join(' ')}\n`);
  const { size: from } = await stat(command.logFile);
  const child = await startChild({ ...command, name: command.command });
  const { code, how } = await child.exited;
  if (code === 0) return;
  const tail = await lastLines(command.logFile, SEARCHED_LINES, from);
  const shown = tail
    .split('\n')
    .filter((line) => noise?.test(line) !== true)
    .slice(-TAIL_LINES)
    .map((line) => `    ${line.slice(0, TAIL_COLUMNS)}`);
  const advice = remedyInOutput(tail) ?? remedy;
  throw new LauncherError([`${purpose} failed: ${command.command} ${how}`, ...shown].join('\n'), {
    logFile: command.logFile,
    ...(advice === undefined ? {} : { remedy: advice }),
  });
}
