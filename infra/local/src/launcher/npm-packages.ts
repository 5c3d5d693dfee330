import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npmAddMissing } from '../artifacts/toolchains/npm.ts';
import { readIfPresent } from './files.ts';
import type { Progress } from './progress.ts';

/** Says what is there, as long as that is not everything; the script `chatplatform` begins it. */
const PARTIAL = 'node_modules/.partial';
const WITH_CLIENT = 'launcher, client\n';

/** npm writes it last; the script `chatplatform` compares its date with the lockfile's. */
const INSTALLED = 'node_modules/.package-lock.json';

/** What builds the web client, and what `kubectl chatplatform` runs on. */
const WORKSPACES = ['web', 'cli'];

/**
 * Adds to the launcher's npm packages those that a platform is brought up with; what only tests and checks need stays away:
 * that is most of a thousand packages. Fetching leaves the processors idle, so it is done beside the first compiles.
 */
export async function installClientPackages(
  repository: string,
  logs: string,
  progress: Progress,
): Promise<void> {
  const partial = join(repository, PARTIAL);
  const present = await readIfPresent(partial);
  if (present === undefined || present === WITH_CLIENT) return;
  const installed = join(repository, INSTALLED);
  // So that the script begins anew after an interruption: npm takes a half unpacked package for a whole one.
  await rm(installed, { force: true });
  const logFile = join(logs, 'npm-packages.log');
  const purpose = "Installing the web client's npm packages";
  await progress.step(
    "Install the web client's npm packages",
    (report) => npmAddMissing({ logFile, report }, { cwd: repository, purpose }, WORKSPACES),
    { log: logFile },
  );
  await writeFile(partial, WITH_CLIENT);
  const now = new Date();
  await utimes(installed, now, now);
}
