import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removePlatform } from '../../cluster/context-cluster.ts';
import { takeDownKindCluster } from '../../cluster/kind-cluster.ts';
import { createKubectl } from '../../cluster/kubectl.ts';
import type { Kubectl } from '../../cluster/kubectl.ts';
import { cacheEntries, removeEntries, stateEntries } from '../../node/state-folder.ts';
import { takeDownNode } from '../../node/take-down.ts';
import { readClusterRecord } from '../cluster-record.ts';
import type { ClusterRecord } from '../cluster-record.ts';
import { exclusively } from '../exclusive.ts';
import { LauncherError } from '../launcher-error.ts';
import { lockFile } from '../paths.ts';
import type { Session } from '../session.ts';

/** Takes away what `up` has brought up; with `purge` also what was downloaded and built. */
export async function down(session: Session, purge: boolean): Promise<void> {
  const lock = lockFile(session.userId);
  await exclusively(lock, 'down', async () => {
    const record = await readClusterRecord(session.state);
    if (record === undefined && !purge) session.print('Nothing is up.');
    if (record !== undefined) await takeDown(session, record);
    if (purge) await removeCache(session);
    await rm(lock, { force: true });
  });
}

async function takeDown(session: Session, record: ClusterRecord): Promise<void> {
  const { layout, progress } = session;
  switch (record.kind) {
    case 'embedded':
      // Removes the state itself, its last step; interrupted before it, the next `down` goes on.
      return takeDownNode({ layout, kubectl: await kubectlIfPresent(session), progress });
    case 'kind':
      await takeDownKindCluster(progress);
      break;
    case 'context':
      await removePlatform(await kubectlOf(session), join(layout.tools, 'helm'), progress);
  }
  await removeEntries(session.state, stateEntries);
}

/** kubectl as `up` has left it; undefined where it has not come so far. */
export async function kubectlIfPresent({ layout }: Session): Promise<Kubectl | undefined> {
  const binary = join(layout.tools, 'kubectl');
  const present = await Promise.all([access(binary), access(layout.kubeconfig)]).then(
    () => true,
    () => false,
  );
  return present ? createKubectl({ binary, kubeconfig: layout.kubeconfig }) : undefined;
}

async function kubectlOf(session: Session): Promise<Kubectl> {
  const kubectl = await kubectlIfPresent(session);
  if (kubectl !== undefined) return kubectl;
  throw new LauncherError('the way to the cluster is lost: its kubeconfig or kubectl is gone', {
    remedy: `delete the namespaces of the platform and the operator yourself, then the folder ${session.state}`,
  });
}

async function removeCache({ cache, progress, print }: Session): Promise<void> {
  const left = await progress.step('Remove what was downloaded and built', () =>
    removeEntries(cache, cacheEntries),
  );
  if (left.length > 0) print(`${cache} stays: it holds something else (${left.join(', ')}).`);
}
