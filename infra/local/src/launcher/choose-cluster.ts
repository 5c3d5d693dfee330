import type { ClusterRecord } from './cluster-record.ts';
import { LauncherError } from './launcher-error.ts';

export interface ClusterFacts {
  /** `--context`. */
  context: string | undefined;
  /** Contexts of the user's kubeconfig; undefined where there is no kubectl to ask. */
  contexts: readonly string[];
  /** `docker info` answers. */
  dockerAnswers: boolean;
  hasKind: boolean;
  /** What an earlier `up` has chosen, and `down` has not taken away. */
  previous: ClusterRecord | undefined;
}

/**
 * The cluster to bring the platform up on: the one that was asked for, else the one that is up, else kind where Docker
 * answers, else the embedded node.
 *
 * @throws LauncherError when what was asked for cannot be had
 */
export function chooseCluster(facts: ClusterFacts): ClusterRecord {
  const { context, previous } = facts;
  if (context !== undefined) return chooseContext(context, facts);
  if (previous !== undefined) return previous;
  if (!facts.dockerAnswers) return { kind: 'embedded' };
  if (facts.hasKind) return { kind: 'kind' };
  throw new LauncherError('Docker answers, but kind, which makes a cluster in it, is missing', {
    remedy: 'install kind (https://kind.sigs.k8s.io), or name a cluster: ./chatplatform up --context NAME',
  });
}

function chooseContext(context: string, { contexts, previous }: ClusterFacts): ClusterRecord {
  if (!contexts.includes(context)) {
    const known = contexts.length > 0 ? `; it has ${contexts.join(', ')}` : ', which has none';
    throw new LauncherError(`there is no context "${context}" in your kubeconfig${known}`, {
      remedy: 'list them with: kubectl config get-contexts',
    });
  }
  const chosen: ClusterRecord = { kind: 'context', context };
  if (previous !== undefined && JSON.stringify(previous) !== JSON.stringify(chosen)) {
    const up =
      previous.kind === 'context' ? `the context "${previous.context}"` : `the ${previous.kind} cluster`;
    throw new LauncherError(`a platform is up on ${up} already`, {
      remedy: 'take it down first: ./chatplatform down',
    });
  }
  return chosen;
}
