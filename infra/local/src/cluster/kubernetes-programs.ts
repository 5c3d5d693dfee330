import { createArtifactContext } from '../artifacts/context.ts';
import { ensureKubernetes } from '../artifacts/programs/kubernetes.ts';
import type { Progress } from '../launcher/progress.ts';

/** Folder that holds etcd, the control plane, the kubelet and kubectl by their names: from the cache, or made first. */
export function kubernetesPrograms(progress: Progress): Promise<string> {
  return ensureKubernetes(createArtifactContext({ progress }));
}
