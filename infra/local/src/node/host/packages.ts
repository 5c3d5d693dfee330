import { LauncherError } from '../../launcher/launcher-error.ts';
import type { Progress } from '../../launcher/progress.ts';
import { runLogged } from '../../launcher/run-logged.ts';
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
 * Installs what is missing with apt. Never removes a package: on a machine with Docker's own containerd apt would.
 *
 * @throws LauncherError when apt fails, or the programs are still missing afterwards
 */
export async function installPackages(progress: Progress, logFile: string): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  await progress.step(
    `Install the Debian packages ${missing.join(', ')}`,
    async (report) => {
      report('reading package lists');
      await apt(['update'], logFile);
      report('installing');
      await apt(['install', '--yes', '--no-install-recommends', '--no-remove', ...missing], logFile);
    },
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

function apt(args: readonly string[], logFile: string): Promise<void> {
  return runLogged({
    command: 'apt-get',
    args: ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=2', ...args],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    logFile,
    purpose: `apt-get ${args[0] ?? ''}`,
    remedy:
      'see whether the Debian mirror can be reached from here (apt-get update), then run the command again',
    // An interrupted dpkg leaves packages half configured: Ctrl-C ends the launcher, not the installation.
    detached: true,
  });
}
