/** What the embedded node is called and the addresses it takes. One node a machine, so these are constants. */
export const settings = {
  nodeName: 'chatplatform',
  clusterName: 'chatplatform',
  clusterDomain: 'cluster.local',
  /** Extra address on `lo`: stays the same when the machine moves between networks, and is reached from nowhere else. */
  nodeAddress: '10.255.0.1',
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  /** First address of `serviceCidr`. */
  apiServiceAddress: '10.96.0.1',
  dnsServiceAddress: '10.96.0.10',
  /** Parent of all Pods' control groups. */
  cgroupName: 'chatplatform',
  /** The node port of the demo platform's edge. */
  edgeNodePort: 30080,
} as const;

/** TCP ports the node's processes listen on. */
export const ports = {
  etcdClient: 2379,
  etcdPeer: 2380,
  apiServer: 6443,
  kubeletHealth: 10248,
  kubeProxyMetrics: 10249,
  kubelet: 10250,
  kubeProxyHealth: 10256,
  controllerManager: 10257,
  scheduler: 10259,
} as const;

export const apiServerUrl = `https://${settings.nodeAddress}:${ports.apiServer}`;
