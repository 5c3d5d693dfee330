import { tryRun } from '../../launcher/run.ts';

const TIMEOUT_MS = 30_000;

/**
 * What a program says when it is asked for its version.
 *
 * @returns undefined when it is not there or does not answer with success
 */
export async function askVersion(command: string, args: readonly string[]): Promise<string | undefined> {
  const { code, stdout, stderr } = await tryRun(command, args, { timeoutMs: TIMEOUT_MS });
  return code === 0 ? `${stdout}\n${stderr}` : undefined;
}

/** The first `major.minor` in a text as numbers; undefined when there is none. */
export function parseVersion(text: string): [number, number] | undefined {
  const match = /(\d+)(?:\.(\d+))?/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2] ?? 0)];
}

/** Whether a program's answer names at least that version. */
export function isAtLeast(answer: string | undefined, [major, minor]: readonly [number, number]): boolean {
  const found = answer === undefined ? undefined : parseVersion(answer);
  if (found === undefined) return false;
  return found[0] > major || (found[0] === major && found[1] >= minor);
}
