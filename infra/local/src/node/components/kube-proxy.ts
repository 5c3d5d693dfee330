import { stringify } from 'yaml';

export interface KubeProxyConfigOptions {
  kubeconfig: string;
  nodeName: string;
  nodeAddress: string;
  podCidr: string;
  healthPort: number;
  metricsPort: number;
  mayLowerOomScore: boolean;
}

/** Renders the KubeProxyConfiguration: nftables, node ports on the node's own address only. */
export function renderKubeProxyConfig(options: KubeProxyConfigOptions): string {
  return stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clientConnection: { kubeconfig: options.kubeconfig },
    hostnameOverride: options.nodeName,
    bindAddress: options.nodeAddress,
    clusterCIDR: options.podCidr,
    healthzBindAddress: `127.0.0.1:${options.healthPort}`,
    metricsBindAddress: `127.0.0.1:${options.metricsPort}`,
    nodePortAddresses: [`${options.nodeAddress}/32`],
    oomScoreAdj: options.mayLowerOomScore ? -999 : 0,
    // The machine's connection tracking belongs to the machine: leave its limits and timeouts as they are.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    nftables: { minSyncPeriod: '100ms', syncPeriod: '30s' },
  });
}
