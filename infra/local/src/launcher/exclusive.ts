import { readFile, writeFile } from 'node:fs/promises';
import { withFileLock } from '../artifacts/cache/file-lock.ts';
import { LauncherError } from './launcher-error.ts';

/**
 * Runs `work` while no other launcher changes the cluster.
 *
 * @throws LauncherError that names the other process, at once
 */
export async function exclusively<T>(lockFile: string, command: string, work: () => Promise<T>): Promise<T> {
  const before = await readFile(lockFile, 'utf8').catch(() => '');
  return withFileLock(
    lockFile,
    async () => {
      await writeFile(lockFile, `${command} (pid ${process.pid})`);
      return work();
    },
    () => {
      throw new LauncherError(`another ./chatplatform ${before} is running`, {
        remedy: 'wait for it, or end it with Ctrl-C or kill, then run the command again',
      });
    },
  );
}
