import { replaceFile } from '../launcher/files.ts';
import { LauncherError } from '../launcher/launcher-error.ts';
import type { Progress } from '../launcher/progress.ts';
import { run, tryRun } from '../launcher/run.ts';
import { findOnPath } from '../node/host/programs.ts';
import type { Cluster } from './cluster.ts';
import { createKubectl } from './kubectl.ts';
import type { Kubectl } from './kubectl.ts';
import { demo, operator } from './platform/demo.ts';
import { findClusterTools, linkTools } from './tools.ts';

export interface ContextClusterOptions {
  /** Name of a context in the user's kubeconfig. */
  context: string;
  /** Where a kubeconfig of this context alone is written. */
  kubeconfig: string;
  /** Where kubectl and helm are linked. */
  toolsFolder: string;
  progress: Progress;
}

/** Names of the contexts in the user's kubeconfig; none where there is no kubectl to ask. */
export async function listContexts(): Promise<string[]> {
  const kubectl = await findOnPath('kubectl', process.env['PATH'] ?? '');
  if (kubectl === undefined) return [];
  const { stdout } = await tryRun(kubectl, ['config', 'get-contexts', '--output=name']);
  return stdout.split('\n').filter((line) => line !== '');
}

/** A cluster that is there already; its nodes pull the released images. */
export async function useContextCluster(options: ContextClusterOptions): Promise<Cluster> {
  const { context, kubeconfig, progress } = options;
  const tools = await linkTools(options.toolsFolder, await findClusterTools(progress));
  const alone = await run(tools.kubectl, ['config', 'view', '--minify', '--flatten', `--context=${context}`]);
  await replaceFile(kubeconfig, alone, 0o600);
  const kubectl = createKubectl({ binary: tools.kubectl, kubeconfig });
  const { code, stderr } = await kubectl.try('version', '--request-timeout=10s');
  if (code === 0) return { kubectl, helm: tools.helm, values: {}, spec: {} };
  const said = stderr.trim().split('\n').at(-1) ?? '';
  throw new LauncherError(`the cluster of context "${context}" does not answer: ${said}`, {
    remedy: `see what kubectl --context ${context} version says`,
  });
}

/** Takes the demo platform and the operator away. The CRD stays: other platforms may be described by it. */
export async function removePlatform(kubectl: Kubectl, helm: string, progress: Progress): Promise<void> {
  // While the operator still runs: it clears up behind a platform before it lets it go.
  await progress.step('Delete the platform', () =>
    kubectl.run('delete', 'namespace', demo.namespace, '--ignore-not-found', '--timeout=180s'),
  );
  await progress.step('Uninstall the operator', async () => {
    const chosen = [`--kubeconfig=${kubectl.kubeconfig}`, `--namespace=${operator.namespace}`];
    await run(helm, ['uninstall', operator.release, '--ignore-not-found', ...chosen]);
    await kubectl.run('delete', 'namespace', operator.namespace, '--ignore-not-found', '--timeout=60s');
  });
}
