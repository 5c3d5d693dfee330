import { join } from 'node:path';

/** Where the node keeps what. Everything but `images` ends with `down`. */
export interface NodeLayout {
  state: string;
  pki: string;
  /** Admin's kubeconfig. */
  kubeconfig: string;
  /** Kubeconfigs of the components. */
  kubeconfigs: string;
  config: string;
  cniConfig: string;
  /** Symbolic links that name the multi-call binary. */
  bin: string;
  /** Symbolic links to kubectl and helm, for people and for the other commands. */
  tools: string;
  /** One specification a supervised process: what should run. */
  processes: string;
  /** Pid files of the processes and of their supervisor: what does run. */
  pids: string;
  logs: string;
  podLogs: string;
  etcd: string;
  kubelet: string;
  cniNetworks: string;
  /** Persistent volumes. */
  volumes: string;
  /** Where each image of the platform that is up came from. */
  imageSources: string;
  /** Facts of the machine from before the first `up`, to be restored. */
  machine: string;
  /** Sockets: below /run, because the path of a Unix socket is limited to 107 bytes. */
  run: string;
  containerdSocket: string;
  /** containerd's content and snapshots: kept in the cache, so that images outlive `down`. */
  images: string;
}

/** @param state folder of the node's state  @param cache folder that outlives `down` */
export function nodeLayout(state: string, cache: string): NodeLayout {
  const run = '/run/chatplatform';
  return {
    state,
    pki: join(state, 'pki'),
    kubeconfig: join(state, 'kubeconfig'),
    kubeconfigs: join(state, 'kubeconfigs'),
    config: join(state, 'config'),
    cniConfig: join(state, 'config', 'cni'),
    bin: join(state, 'bin'),
    tools: join(state, 'tools'),
    processes: join(state, 'processes'),
    pids: join(state, 'pids'),
    logs: join(state, 'logs'),
    podLogs: join(state, 'logs', 'pods'),
    etcd: join(state, 'etcd'),
    kubelet: join(state, 'kubelet'),
    cniNetworks: join(state, 'cni-networks'),
    volumes: join(state, 'volumes'),
    imageSources: join(state, 'image-sources.json'),
    machine: join(state, 'machine.json'),
    run,
    containerdSocket: join(run, 'containerd.sock'),
    images: join(cache, 'containerd'),
  };
}
