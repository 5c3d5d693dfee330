import { join } from 'node:path';

export interface ApiServerOptions {
  /** Folder written by `ensureClusterPki`. */
  pkiDirectory: string;
  etcdUrl: string;
  port: number;
  bindAddress: string;
  /** Address the `kubernetes` Service leads to. */
  advertiseAddress: string;
  /** Range of Service addresses, as CIDR. */
  serviceCidr: string;
  /** Range of node ports, inclusive: `30000-32767`. */
  nodePortRange?: string;
  /**
   * Admission plugins to leave out. Without a controller manager nothing makes the default service account of a
   * namespace, and the ServiceAccount plugin would refuse every Pod.
   */
  disabledAdmissionPlugins?: readonly string[];
}

/** Command line of kube-apiserver. */
export function apiServerArguments(options: ApiServerOptions): string[] {
  const pki = (file: string) => join(options.pkiDirectory, file);
  const disabled = options.disabledAdmissionPlugins ?? [];
  return [
    `--etcd-servers=${options.etcdUrl}`,
    `--etcd-cafile=${pki('etcd-ca.crt')}`,
    `--etcd-certfile=${pki('apiserver-etcd-client.crt')}`,
    `--etcd-keyfile=${pki('apiserver-etcd-client.key')}`,
    `--bind-address=${options.bindAddress}`,
    `--advertise-address=${options.advertiseAddress}`,
    `--secure-port=${options.port}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    ...(disabled.length > 0 ? [`--disable-admission-plugins=${disabled.join(',')}`] : []),
    '--anonymous-auth=true',
    `--kubelet-certificate-authority=${pki('ca.crt')}`,
    `--kubelet-client-certificate=${pki('apiserver-kubelet-client.crt')}`,
    `--kubelet-client-key=${pki('apiserver-kubelet-client.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--requestheader-client-ca-file=${pki('front-proxy-ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    `--proxy-client-cert-file=${pki('front-proxy-client.crt')}`,
    `--proxy-client-key-file=${pki('front-proxy-client.key')}`,
    '--enable-aggregator-routing=true',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki('sa.pub')}`,
    `--service-account-signing-key-file=${pki('sa.key')}`,
    `--service-cluster-ip-range=${options.serviceCidr}`,
    `--service-node-port-range=${options.nodePortRange ?? '30000-32767'}`,
    '--profiling=false',
    // One server: telling clients to go elsewhere now and then only costs TLS handshakes.
    '--goaway-chance=0',
    '--lease-reuse-duration-seconds=60',
  ];
}
