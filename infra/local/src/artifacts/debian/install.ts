import type { BuildStep } from '../cache/artifact.ts';
import { withFileLock } from '../cache/file-lock.ts';
import { runStep } from '../cache/run-step.ts';
import { LauncherError } from '../../launcher/launcher-error.ts';

/** Seconds to wait for another apt that holds dpkg's lock (a fresh machine updates itself in its first minutes). */
const DPKG_LOCK_TIMEOUT = 300;

/**
 * Installs packages on the machine itself.
 *
 * @param what   what cannot be made without them: `The MongoDB stand-in`
 * @throws LauncherError when not root, with the command that root would have to run
 */
export async function installSystemPackages(
  step: BuildStep,
  packages: readonly string[],
  what: string,
): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new LauncherError(`${what} needs ${packages.join(', ')}, which are not installed`, {
      remedy: `as root: apt-get install --no-install-recommends ${packages.join(' ')}`,
    });
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const apt = (args: readonly string[], purpose: string) =>
    runStep(step, {
      command: 'apt-get',
      args: [`-oDPkg::Lock::Timeout=${DPKG_LOCK_TIMEOUT}`, '-oAcquire::Retries=3', ...args],
      env,
      purpose,
      remedy: 'see whether the Debian mirror can be reached from here, then run the command again',
    });
  await withFileLock(
    '/run/lock/chatplatform-apt',
    async () => {
      await apt(['update'], 'Fetching the package lists');
      await apt(['install', '--yes', '--no-install-recommends', ...packages], `Installing ${packages.join(', ')}`);
    },
    () => step.report('another step is installing packages; waiting'),
  );
}
