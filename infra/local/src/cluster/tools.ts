import { join } from 'node:path';
import { LauncherError } from '../launcher/launcher-error.ts';
import type { Progress } from '../launcher/progress.ts';
import { replaceLink } from '../launcher/files.ts';
import { findOnPath } from '../node/host/programs.ts';
import { kubernetesPrograms } from './kubernetes-programs.ts';

/** Paths of the programs that speak to a cluster. */
export interface ClusterTools {
  kubectl: string;
  helm: string;
}

/** The user's own kubectl and helm; on Linux those of the cache where they are missing. */
export async function findClusterTools(progress: Progress): Promise<ClusterTools> {
  const path = process.env['PATH'] ?? '';
  const [kubectl, helm] = [await findOnPath('kubectl', path), await findOnPath('helm', path)];
  if (kubectl !== undefined && helm !== undefined) return { kubectl, helm };
  if (process.platform !== 'linux') {
    throw new LauncherError(`${kubectl === undefined ? 'kubectl' : 'helm'} is missing`, {
      remedy:
        'install kubectl (https://kubernetes.io/docs/tasks/tools) and helm (https://helm.sh/docs/intro/install)',
    });
  }
  const programs = await kubernetesPrograms(progress);
  return { kubectl: kubectl ?? join(programs, 'kubectl'), helm: helm ?? join(programs, 'helm') };
}

/** Links the programs into a folder, where `env`, `status` and `down` find them without building anything. */
export async function linkTools(folder: string, tools: ClusterTools): Promise<ClusterTools> {
  const links = { kubectl: join(folder, 'kubectl'), helm: join(folder, 'helm') };
  await replaceLink(tools.kubectl, links.kubectl);
  await replaceLink(tools.helm, links.helm);
  return links;
}
