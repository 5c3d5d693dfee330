import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { target } from './target.ts';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts `kubectl chatplatform COMMAND` on the platform under test, as kubectl finds its plugin on the PATH. */
export function startPlugin(
  ...[command = '', ...args]: string[]
): ChildProcessByStdio<Writable, Readable, Readable> {
  const words = ['chatplatform', command, target.name, `--namespace=${target.namespace}`, ...args];
  return spawn('kubectl', words, { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** The same to its end. @param input what it reads from standard input */
export async function plugin(words: string[], input = ''): Promise<Finished> {
  return finished(startPlugin(...words), input);
}

/** `kubectl chatplatform plan -f -`: the platform is named by the file. */
export async function planOf(manifest: object): Promise<Finished> {
  const child = spawn('kubectl', ['chatplatform', 'plan', '-f', '-', '-o', 'json'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return finished(child, JSON.stringify(manifest));
}

async function finished(
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
