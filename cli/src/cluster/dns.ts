import { KINDS } from '@chatplatform/operator/platform/kinds';
import type { ClusterDns } from '@chatplatform/operator/environment';
import { ApiError } from '@chatplatform/operator/runtime/index';
import type { Cluster } from './cluster.ts';

const CUSTOMARY_SERVER = '10.96.0.10';
const DNS_SERVICE = { namespace: 'kube-system', name: 'kube-dns' };

/**
 * The cluster's DNS as Pods are told of it, which the edge's configuration names. The operator reads it from its own
 * Pod; from outside it is the Service of the customary name, unless it is given.
 */
export async function clusterDns(
  { client }: Cluster,
  given: { readonly server: string | undefined; readonly domain: string },
  signal: AbortSignal,
): Promise<ClusterDns> {
  if (given.server !== undefined) return { server: given.server, domain: given.domain };
  try {
    const service = await client.get(KINDS.service, DNS_SERVICE, { signal });
    const { clusterIP } = service['spec'] as { clusterIP?: string };
    return { server: clusterIP ?? CUSTOMARY_SERVER, domain: given.domain };
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) {
      return { server: CUSTOMARY_SERVER, domain: given.domain };
    }
    throw error;
  }
}
