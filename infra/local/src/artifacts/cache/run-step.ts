import { open } from 'node:fs/promises';
import { type LoggedCommand, runLogged } from '../../launcher/run-logged.ts';
import type { BuildStep } from './artifact.ts';

const FOLLOW_MS = 1000;
const TAIL_BYTES = 2048;

/** Runs a command of a step: output to the step's log, its newest line shown as the step's detail. */
export async function runStep(step: BuildStep, command: Omit<LoggedCommand, 'logFile'>): Promise<void> {
  const follow = setInterval(() => {
    void lastLine(step.logFile).then((line) => {
      if (line !== undefined) step.report(line);
    });
  }, FOLLOW_MS);
  try {
    await runLogged({ ...command, logFile: step.logFile });
  } finally {
    clearInterval(follow);
  }
}

/** The last line of a growing file that says something (commands, after `# `, do not); undefined while there is none or the file cannot be read. */
export async function lastLine(file: string): Promise<string | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').split(/[\r\n]+/).filter((line) => line.trim() !== '' && !line.startsWith('# ')).at(-1)?.trim();
  } finally {
    await handle.close();
  }
}
