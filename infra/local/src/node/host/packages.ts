import { installSystemPackages } from '../../artifacts/debian/install.ts';
import { LauncherError } from '../../launcher/launcher-error.ts';
import type { Progress } from '../../launcher/progress.ts';
import { findCniBinaries, findOnPath } from './programs.ts';

/** Debian packages the node needs, and how to tell that one is there. */
const packages: readonly { name: string; find: () => Promise<string | undefined> }[] = [
  { name: 'containerd', find: () => findOnPath('containerd') },
  { name: 'runc', find: () => findOnPath('runc') },
  { name: 'containernetworking-plugins', find: findCniBinaries },
  { name: 'nftables', find: () => findOnPath('nft') },
  { name: 'iproute2', find: () => findOnPath('ip') },
  { name: 'mount', find: () => findOnPath('mount') },
  { name: 'util-linux', find: () => findOnPath('flock') },
];

/** Names of the Debian packages whose programs are missing. */
export async function missingPackages(): Promise<string[]> {
  const found = await Promise.all(packages.map(({ find }) => find()));
  return packages.filter((_, index) => found[index] === undefined).map(({ name }) => name);
}

/**
 * Installs what is missing with apt.
 *
 * @throws LauncherError when apt fails, or the programs are still missing afterwards
 */
export async function installPackages(progress: Progress, logFile: string): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  await progress.step(
    `Install the Debian packages ${missing.join(', ')}`,
    (report) => installSystemPackages({ logFile, report }, missing, 'The embedded node'),
    { log: logFile },
  );
  const still = await missingPackages();
  if (still.length === 0) return;
  throw new LauncherError(
    `the packages ${still.join(', ')} are installed, but their programs are not found`,
    {
      remedy: `install them again: apt-get install --reinstall ${still.join(' ')}`,
      logFile,
    },
  );
}
