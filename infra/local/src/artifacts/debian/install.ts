import { LauncherError } from '../../launcher/launcher-error.ts';
import type { BuildStep } from '../cache/artifact.ts';
import { withFileLock } from '../cache/file-lock.ts';
import { runStep } from '../cache/run-step.ts';

/** Seconds to wait for another apt that holds dpkg's lock (a fresh machine updates itself in its first minutes). */
const DPKG_LOCK_TIMEOUT = 300;

/**
 * Installs packages on the machine itself. Never removes one: on a machine with Docker's own containerd apt would.
 *
 * @param what   what cannot be made without them: `The MongoDB stand-in`
 * @throws LauncherError when not root, with the command that root would have to run; when apt fails
 */
export async function installSystemPackages(
  step: BuildStep,
  packages: readonly string[],
  what: string,
): Promise<void> {
  const byHand = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (process.getuid?.() !== 0) {
    throw new LauncherError(`${what} needs ${packages.join(', ')}, which are not installed`, {
      remedy: `as root: ${byHand}`,
    });
  }
  const apt = (args: readonly string[], purpose: string) =>
    runStep(step, {
      command: 'apt-get',
      args: [`-oDPkg::Lock::Timeout=${DPKG_LOCK_TIMEOUT}`, '-oAcquire::Retries=3', ...args],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
      purpose,
      remedy: `see what it says by hand: ${byHand}; when it can be installed, run the command again`,
      // An interrupted dpkg leaves packages half configured: what ends the launcher does not end the installation.
      ownGroup: true,
      deathSignal: 'none',
    });
  await withFileLock(
    '/run/lock/chatplatform-apt',
    async () => {
      await apt(['update'], 'Fetching the package lists');
      await apt(
        ['install', '--yes', '--no-install-recommends', '--no-remove', ...packages],
        `Installing ${packages.join(', ')}`,
      );
    },
    () => step.report('another step is installing packages; waiting'),
  );
}
