import { CHAT_PLATFORM } from '@chatplatform/operator/caches';
import { statusSchema } from '@chatplatform/operator/api/index';
import type { ChatPlatformStatus } from '@chatplatform/operator/api/index';
import { isNotFound, keyOf } from '@chatplatform/operator/runtime/index';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { CliError } from '../cli-error.ts';
import type { Cluster } from './cluster.ts';

/** All platforms of a namespace, or of every namespace when it is empty. @throws CliError without the CRD */
export async function listPlatforms(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  try {
    return await cluster.listAll(CHAT_PLATFORM, { namespace, signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new CliError(`the cluster at ${cluster.server.host} has no kind ChatPlatform`, {
      cause: error,
      remedy: 'install the operator: helm install chatplatform-operator charts/chatplatform-operator',
    });
  }
}

const names = (platforms: readonly KubeObject[]) => platforms.map(({ metadata }) => metadata.name).join(', ');

/** Where else platforms are; nothing when that may not be asked. */
async function elsewhere(cluster: Cluster, signal: AbortSignal): Promise<string | undefined> {
  const found = await listPlatforms(cluster, '', signal).catch(() => []);
  if (found.length === 0) return undefined;
  return `there are others: ${found.map(keyOf).join(', ')} (give --namespace)`;
}

/** The platform of that name; without a name, the only one of the namespace. @throws CliError */
export async function findPlatform(
  cluster: Cluster,
  name: string | undefined,
  signal: AbortSignal,
): Promise<KubeObject> {
  const { namespace } = cluster;
  const platforms = await listPlatforms(cluster, namespace, signal);
  const found = name === undefined ? platforms : platforms.filter(({ metadata }) => metadata.name === name);
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  if (second !== undefined) {
    throw new CliError(`namespace ${namespace} has ${found.length} platforms`, {
      remedy: `name one of them: ${names(found)}`,
    });
  }
  const what = name === undefined ? 'no platform' : `no platform ${JSON.stringify(name)}`;
  const here = platforms.length > 0 ? `it has: ${names(platforms)}` : await elsewhere(cluster, signal);
  throw new CliError(`namespace ${namespace} has ${what}`, {
    remedy: here ?? 'make one: kubectl apply -f examples/development.yaml',
  });
}

/** As the operator last wrote it; empty while it has written none. */
export const statusOf = (platform: KubeObject): ChatPlatformStatus =>
  statusSchema.safeParse(platform['status']).data ?? {};
