import { join } from 'node:path';

export interface EtcdOptions {
  dataDirectory: string;
  /** Folder written by `ensureClusterPki`. */
  pkiDirectory: string;
  clientPort: number;
  peerPort: number;
  /** Writes without waiting for the disk: for throw-away clusters only, a power cut may lose or tear data. */
  unsafeNoFsync?: boolean;
}

/** URL the API server reaches etcd on. */
export function etcdUrl(clientPort: number): string {
  return `https://127.0.0.1:${clientPort}`;
}

/** Command line of a single etcd member that listens on 127.0.0.1 only and asks clients for a certificate. */
export function etcdArguments(options: EtcdOptions): string[] {
  const pki = (file: string) => join(options.pkiDirectory, file);
  const clientUrl = etcdUrl(options.clientPort);
  const peerUrl = `https://127.0.0.1:${options.peerPort}`;
  return [
    '--name=local',
    `--data-dir=${options.dataDirectory}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=local=${peerUrl}`,
    '--client-cert-auth=true',
    `--trusted-ca-file=${pki('etcd-ca.crt')}`,
    `--cert-file=${pki('etcd-server.crt')}`,
    `--key-file=${pki('etcd-server.key')}`,
    '--peer-client-cert-auth=true',
    `--peer-trusted-ca-file=${pki('etcd-ca.crt')}`,
    `--peer-cert-file=${pki('etcd-server.crt')}`,
    `--peer-key-file=${pki('etcd-server.key')}`,
    '--snapshot-count=10000',
    '--log-level=warn',
    ...(options.unsafeNoFsync === true ? ['--unsafe-no-fsync=true'] : []),
  ];
}
