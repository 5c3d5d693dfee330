import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

export const EXECUTABLE = join(import.meta.dirname, '../bin/kubectl-chatplatform');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs the real executable to its end, in an environment that holds nothing but what is given. */
export async function cli(
  args: readonly string[],
  { env = {}, input = '' }: CliOptions = {},
): Promise<Finished> {
  const child = spawn(EXECUTABLE, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return finished(child, input);
}

/** A process to its end. @param input what it reads from standard input */
export async function finished(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  input: string,
): Promise<Finished> {
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}
