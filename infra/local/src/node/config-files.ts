import { join } from 'node:path';
import { renderCniConfig } from './components/cni.ts';
import { renderContainerdConfig } from './components/containerd.ts';
import { renderKubeProxyConfig } from './components/kube-proxy.ts';
import { renderKubeletConfig } from './components/kubelet.ts';
import type { NodeLayout } from './layout.ts';
import type { NodeConfigFiles } from './process-specs.ts';
import { ports, settings } from './settings.ts';

/** Facts of the machine that the configuration depends on. */
export interface MachineTraits {
  cgroupVersion: 1 | 2;
  /** Whether root here may lower an OOM score (CAP_SYS_RESOURCE). */
  mayLowerOomScore: boolean;
  cniBinaries: string;
  /** Name servers beyond the machine that answer; empty where there are none. */
  nameservers: readonly string[];
}

/** Renders every configuration file of the node. */
export function renderConfigFiles(
  layout: NodeLayout,
  traits: MachineTraits,
  pauseImage: string,
): NodeConfigFiles {
  return {
    'containerd.toml': renderContainerdConfig({
      root: layout.images,
      state: join(layout.run, 'containerd'),
      runcRoot: join(layout.run, 'runc'),
      socket: layout.containerdSocket,
      pauseImage,
      cniBinaries: traits.cniBinaries,
      cniConfig: layout.cniConfig,
      restrictOomScoreAdj: !traits.mayLowerOomScore,
    }),
    'cni/10-chatplatform.conflist': renderCniConfig({
      podCidr: settings.podCidr,
      dataDirectory: layout.cniNetworks,
    }),
    'kubelet.yaml': renderKubeletConfig({
      pkiDirectory: layout.pki,
      nodeAddress: settings.nodeAddress,
      port: ports.kubelet,
      healthPort: ports.kubeletHealth,
      clusterDomain: settings.clusterDomain,
      dnsAddress: settings.dnsServiceAddress,
      cgroupRoot: `/${settings.cgroupName}`,
      cgroupVersion: traits.cgroupVersion,
      containerdSocket: layout.containerdSocket,
      podLogsDirectory: layout.podLogs,
      volumePluginDirectory: join(layout.kubelet, 'volume-plugins'),
      resolvConf: join(layout.config, 'resolv.conf'),
      mayLowerOomScore: traits.mayLowerOomScore,
    }),
    'kube-proxy.yaml': renderKubeProxyConfig({
      kubeconfig: join(layout.kubeconfigs, 'kube-proxy.kubeconfig'),
      nodeName: settings.nodeName,
      nodeAddress: settings.nodeAddress,
      podCidr: settings.podCidr,
      healthPort: ports.kubeProxyHealth,
      metricsPort: ports.kubeProxyMetrics,
      mayLowerOomScore: traits.mayLowerOomScore,
    }),
    'resolv.conf': traits.nameservers.map((address) => `nameserver ${address}\n`).join(''),
  };
}
