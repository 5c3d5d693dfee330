import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { finished, type Finished } from '../../../cli/test/cli-process.ts';
import { target } from './target.ts';

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
