import { startChild } from '@chatplatform/local/processes/child';
import { followLog, lastLines } from '@chatplatform/local/processes/log-file';

export interface CommandOptions {
  cwd: string;
  env: Record<string, string>;
  logFile: string;
  /** Lines of standard output and error as they come. */
  onLine?: (line: string) => void;
}

export interface CommandResult {
  code: number;
  /** The last 200 lines of both streams. */
  tail: string;
}

const TAIL_LINES = 200;

/** Runs a command to its end; everything it prints goes to the log file. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { onLine, ...options }: CommandOptions,
): Promise<CommandResult> {
  const follower = onLine === undefined ? undefined : await followLog(options.logFile, onLine);
  const { code, how } = await (await startChild({ ...options, name: command, command, args })).exited;
  await follower?.stop();
  const tail = await lastLines(options.logFile, TAIL_LINES);
  return { code: code ?? 1, tail: code === null ? `${tail}\n${how}` : tail };
}
