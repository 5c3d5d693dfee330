import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { apiServerArguments } from '../cluster/components/kube-apiserver.ts';
import { controllerManagerArguments } from '../cluster/components/kube-controller-manager.ts';
import { etcdArguments, etcdUrl } from '../cluster/components/etcd.ts';
import { schedulerArguments } from './components/kube-scheduler.ts';
import { kubeletArguments } from './components/kubelet.ts';
import { systemPath } from './host/programs.ts';
import type { NodeLayout } from './layout.ts';
import { ports, settings } from './settings.ts';
import type { ProcessSpec } from './supervisor/process-spec.ts';

/** Configuration files of the node, by their names in its configuration folder. */
export interface NodeConfigFiles {
  'containerd.toml': string;
  'cni/10-chatplatform.conflist': string;
  'kubelet.yaml': string;
  'kube-proxy.yaml': string;
  'resolv.conf': string;
}

export interface ProcessSpecOptions {
  layout: NodeLayout;
  files: NodeConfigFiles;
  /** Folder that holds etcd, the control plane and the kubelet. */
  programs: string;
  containerdBinary: string;
  /** Variables that lead to a proxy, for containerd's pulls; empty for none. */
  proxyEnvironment: Readonly<Record<string, string>>;
}

/** Processes that have to answer before the others are started. */
export const firstProcesses = ['containerd', 'etcd', 'kube-apiserver'] as const;

export const kubeconfigUsers = [
  'kubelet',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
] as const;

/** The node's processes, in the order they are started; they are ended in the opposite one. */
export function processSpecs(options: ProcessSpecOptions): ProcessSpec[] {
  const { layout, files } = options;
  const kubeconfig = (user: (typeof kubeconfigUsers)[number]) =>
    join(layout.kubeconfigs, `${user}.kubeconfig`);
  const kube = (name: string, args: string[], inputs: readonly string[] = []): ProcessSpec => ({
    name,
    command: join(layout.bin, name),
    args,
    env: { PATH: systemPath, HOME: '/root' },
    inputs: digest([options.programs, ...inputs]),
    stopGraceMs: 4000,
  });
  return [
    {
      ...kube('containerd', [`--config=${join(layout.config, 'containerd.toml')}`]),
      env: { PATH: systemPath, ...options.proxyEnvironment },
      inputs: digest([
        options.containerdBinary,
        files['containerd.toml'],
        files['cni/10-chatplatform.conflist'],
      ]),
    },
    kube(
      'etcd',
      etcdArguments({
        dataDirectory: layout.etcd,
        pkiDirectory: layout.pki,
        clientPort: ports.etcdClient,
        peerPort: ports.etcdPeer,
      }),
    ),
    kube(
      'kube-apiserver',
      apiServerArguments({
        pkiDirectory: layout.pki,
        etcdUrl: etcdUrl(ports.etcdClient),
        port: ports.apiServer,
        bindAddress: settings.nodeAddress,
        advertiseAddress: settings.nodeAddress,
        serviceCidr: settings.serviceCidr,
      }),
    ),
    kube(
      'kube-controller-manager',
      controllerManagerArguments({
        pkiDirectory: layout.pki,
        kubeconfig: kubeconfig('kube-controller-manager'),
        port: ports.controllerManager,
        controllers: ['*'],
        volumePluginDirectory: join(layout.kubelet, 'volume-plugins'),
        podCidr: settings.podCidr,
        serviceCidr: settings.serviceCidr,
      }),
    ),
    kube(
      'kube-scheduler',
      schedulerArguments({ kubeconfig: kubeconfig('kube-scheduler'), port: ports.scheduler }),
    ),
    kube(
      'kubelet',
      kubeletArguments({
        config: join(layout.config, 'kubelet.yaml'),
        kubeconfig: kubeconfig('kubelet'),
        rootDirectory: layout.kubelet,
        nodeName: settings.nodeName,
        nodeAddress: settings.nodeAddress,
      }),
      [files['kubelet.yaml']],
    ),
    kube('kube-proxy', [`--config=${join(layout.config, 'kube-proxy.yaml')}`], [files['kube-proxy.yaml']]),
  ];
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
