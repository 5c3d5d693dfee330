import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LauncherError } from '../../launcher/launcher-error.ts';

/**
 * Runs `work` while no other process holds the lock of that file.
 *
 * The lock is the kernel's (util-linux `flock`), held by a child that waits for the end of its standard input: it is
 * released however this process ends, kill -9 included, so a lock is never left behind.
 *
 * @param onWait called once when another process has the lock
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>, onWait: () => void): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const release = (await acquire(file, ['--nonblock'])) ?? (onWait(), await acquire(file, []));
  if (release === undefined) throw new LauncherError(`the lock ${file} could not be taken`);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(file: string, options: readonly string[]): Promise<(() => void) | undefined> {
  const holder = spawn('flock', [...options, file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // A Ctrl-C on the terminal must not take the lock away from work that is still being undone.
    detached: true,
  });
  const failed = once(holder, 'error').then(([error]) => {
    throw new LauncherError(`the lock ${file} could not be taken: ${(error as Error).message}`, {
      remedy: 'install the package util-linux, which brings flock',
    });
  });
  const held = once(holder.stdout, 'data').then(() => true);
  const refused = once(holder, 'exit').then(() => false);
  if (!(await Promise.race([held, refused, failed]))) return undefined;
  return () => void holder.stdin.end();
}
