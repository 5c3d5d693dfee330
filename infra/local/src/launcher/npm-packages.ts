import { existsSync } from 'node:fs';
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { npmAddMissing } from '../artifacts/toolchains/npm.ts';
import type { Progress } from './progress.ts';

/** The script `chatplatform` leaves it where it has installed no more than what the launcher itself needs. */
const ONLY_THE_LAUNCHERS = 'node_modules/.only-the-launchers';

/** npm writes it last; the script `chatplatform` compares its date with the lockfile's. */
const INSTALLED = 'node_modules/.package-lock.json';

/**
 * Installs the npm packages of the working copy that the launcher does without. They are many, and fetching them leaves
 * the processors idle: so it is done beside the first compiles, for which nobody waits then.
 */
export async function installRemainingPackages(
  repository: string,
  logs: string,
  progress: Progress,
): Promise<void> {
  const partial = join(repository, ONLY_THE_LAUNCHERS);
  if (!existsSync(partial)) return;
  const installed = join(repository, INSTALLED);
  // So that the script begins anew after an interruption: npm takes a half unpacked package for a whole one.
  await rm(installed, { force: true });
  const logFile = join(logs, 'npm-packages.log');
  await progress.step(
    'Install the other npm packages',
    (report) =>
      npmAddMissing({ logFile, report }, { cwd: repository, purpose: 'Installing the npm packages' }),
    { log: logFile },
  );
  await rm(partial);
  const now = new Date();
  await utimes(installed, now, now);
}
