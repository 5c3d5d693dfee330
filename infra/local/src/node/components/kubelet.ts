import { join } from 'node:path';
import { stringify } from 'yaml';

export interface KubeletConfigOptions {
  pkiDirectory: string;
  nodeAddress: string;
  port: number;
  healthPort: number;
  clusterDomain: string;
  dnsAddress: string;
  cgroupRoot: string;
  cgroupVersion: 1 | 2;
  containerdSocket: string;
  podLogsDirectory: string;
  /** Where volume plugins would be put; none are. */
  volumePluginDirectory: string;
  resolvConf: string;
  /** Whether OOM scores may be lowered. */
  mayLowerOomScore: boolean;
}

/** Renders the KubeletConfiguration. */
export function renderKubeletConfig(options: KubeletConfigOptions): string {
  const pki = (file: string) => join(options.pkiDirectory, file);
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: options.nodeAddress,
    port: options.port,
    healthzBindAddress: '127.0.0.1',
    healthzPort: options.healthPort,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pki('ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: pki('kubelet-server.crt'),
    tlsPrivateKeyFile: pki('kubelet-server.key'),
    clusterDomain: options.clusterDomain,
    clusterDNS: [options.dnsAddress],
    resolvConf: options.resolvConf,
    containerRuntimeEndpoint: `unix://${options.containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: options.cgroupRoot,
    ...(options.cgroupVersion === 1 ? { failCgroupV1: false } : {}),
    failSwapOn: false,
    seccompDefault: true,
    podLogsDir: options.podLogsDirectory,
    volumePluginDir: options.volumePluginDirectory,
    containerLogMaxSize: '10Mi',
    containerLogMaxFiles: 3,
    // Chains for other programs' benefit; nothing here uses them, and they would have to be cleaned up.
    makeIPTablesUtilChains: false,
    oomScoreAdj: options.mayLowerOomScore ? -999 : 0,
    maxPods: 110,
    // Images come from archives and cannot be pulled again: they are never collected.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '512Mi',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '512Mi',
    },
    // One user's machine: answers to changes matter more than load. The operator is told (SECRET_PROPAGATION_SECONDS).
    syncFrequency: '10s',
    nodeStatusUpdateFrequency: '10s',
    serializeImagePulls: false,
    registryPullQPS: 0,
    shutdownGracePeriod: '0s',
    enableControllerAttachDetach: true,
  });
}

/** Command line of the kubelet. */
export function kubeletArguments(options: {
  config: string;
  kubeconfig: string;
  rootDirectory: string;
  nodeName: string;
  nodeAddress: string;
}): string[] {
  return [
    `--config=${options.config}`,
    `--kubeconfig=${options.kubeconfig}`,
    `--root-dir=${options.rootDirectory}`,
    `--hostname-override=${options.nodeName}`,
    `--node-ip=${options.nodeAddress}`,
  ];
}
