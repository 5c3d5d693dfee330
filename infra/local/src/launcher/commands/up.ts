import type { Cluster } from '../../cluster/cluster.ts';
import { listContexts, useContextCluster } from '../../cluster/context-cluster.ts';
import { bringUpKindCluster, doesDockerAnswer } from '../../cluster/kind-cluster.ts';
import { installPlatform } from '../../cluster/platform/install.ts';
import { renderSummary } from '../../cluster/platform/summary.ts';
import { bringUpEmbeddedCluster } from '../../node/embedded-cluster.ts';
import { findOnPath } from '../../node/host/programs.ts';
import { checkThisMachine } from '../../node/preflight/check-this-machine.ts';
import { checkStateFolder } from '../../node/state-folder.ts';
import { chooseCluster } from '../choose-cluster.ts';
import { readClusterRecord, writeClusterRecord } from '../cluster-record.ts';
import type { ClusterRecord } from '../cluster-record.ts';
import { exclusively } from '../exclusive.ts';
import { lockFile } from '../paths.ts';
import { installClientPackages } from '../npm-packages.ts';
import type { Session } from '../session.ts';

/** Brings up a cluster and a platform on it, and prints how to reach it. Continues what an earlier run has begun. */
export async function up(session: Session, context: string | undefined): Promise<void> {
  const chosen = await choose(session, context);
  // Before the lock: who may not run a node may not write the lock file either.
  if (chosen.kind === 'embedded') await checkThisMachine(session.layout, session.cache);
  await exclusively(lockFile(session.userId), 'up', async () => {
    await checkStateFolder(session.state);
    await writeClusterRecord(session.state, chosen);
    const npmPackages = installClientPackages(session.repository, session.layout.logs, session.progress);
    npmPackages.catch(() => undefined); // awaited below, or by what needs them
    const cluster = await bringUpCluster(session, chosen, npmPackages);
    const access = await installPlatform({
      ...cluster,
      repository: session.repository,
      logs: session.layout.logs,
      progress: session.progress,
    });
    await npmPackages;
    session.print(renderSummary(access));
  });
}

async function choose(session: Session, context: string | undefined): Promise<ClusterRecord> {
  return chooseCluster({
    context,
    contexts: context === undefined ? [] : await listContexts(),
    dockerAnswers: await doesDockerAnswer(),
    hasKind: (await findOnPath('kind', process.env['PATH'] ?? '')) !== undefined,
    previous: await readClusterRecord(session.state),
  });
}

function bringUpCluster(
  session: Session,
  chosen: ClusterRecord,
  npmPackages: Promise<void>,
): Promise<Cluster> {
  const { layout, cache: cacheDirectory, repository, progress } = session;
  const places = { kubeconfig: layout.kubeconfig, toolsFolder: layout.tools, progress };
  switch (chosen.kind) {
    case 'context':
      return useContextCluster({ ...places, context: chosen.context });
    case 'kind':
      return bringUpKindCluster({ ...places, repository, logs: layout.logs });
    case 'embedded':
      return bringUpEmbeddedCluster({ layout, cacheDirectory, repository, progress, npmPackages });
  }
}
