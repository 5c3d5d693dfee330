import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { DelegatedCommand } from './arguments.ts';
import { LauncherError } from './launcher-error.ts';

/** Programs of the commands that are handed on, in the working copy. */
const programs: Record<DelegatedCommand, string> = {
  dev: 'infra/local/src/dev/main.ts',
  test: 'tests/runner/main.ts',
  bench: 'bench/main.ts',
};

/** Runs a command's program with our own Node and streams. @returns its exit code */
export async function delegate(
  repository: string,
  command: DelegatedCommand,
  args: readonly string[],
): Promise<number> {
  const program = join(repository, programs[command]);
  await access(program).catch((cause: unknown) => {
    throw new LauncherError(`${command} is not there: ${program} is missing`, { cause });
  });
  // The project's programs (tsc, eslint, jest) and its Node come first, as in npm scripts.
  const path = `${join(repository, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`;
  const child = spawn(process.execPath, [program, ...args], {
    stdio: 'inherit',
    cwd: repository,
    env: { ...process.env, PATH: path },
  });
  // Ctrl-C reaches the child from the terminal; a signal to the launcher alone is passed on. It ends when the child does.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
