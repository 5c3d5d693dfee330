import { join } from 'node:path';
import { readPlatform } from '../../cluster/platform/install.ts';
import { readClusterRecord } from '../cluster-record.ts';
import { renderEnvironment } from '../environment.ts';
import { repositoryRoot } from '../paths.ts';
import { LauncherError } from '../launcher-error.ts';
import type { Session } from '../session.ts';
import { kubectlIfPresent } from './down.ts';

/**
 * Prints shell lines for `eval`.
 *
 * @throws LauncherError when nothing is up: the shell's environment then stays as it is
 */
export async function env(session: Session): Promise<void> {
  const kubectl = await kubectlIfPresent(session);
  if ((await readClusterRecord(session.state)) === undefined || kubectl === undefined) {
    throw new LauncherError('no platform is up', { remedy: './chatplatform up' });
  }
  session.print(
    renderEnvironment({
      kubeconfig: kubectl.kubeconfig,
      toolsFolder: session.layout.tools,
      pluginFolder: join(repositoryRoot, 'cli/bin'),
      url: (await readPlatform(kubectl))?.status.url,
    }),
  );
}
