import { X509Certificate } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent, replaceFile } from '../../launcher/files.ts';
import { createAuthority, createSigningKey, issue } from './certificate-authority.ts';
import type { KeyPair, LeafRequest } from './certificate-authority.ts';

const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000;

/** Three authorities, so that a kubelet's certificate opens neither etcd nor the aggregation layer. */
const authorities = {
  ca: 'chatplatform-local',
  'etcd-ca': 'chatplatform-local-etcd',
  'front-proxy-ca': 'chatplatform-local-front-proxy',
} as const;

type Authority = keyof typeof authorities;

interface Leaf extends LeafRequest {
  authority: Authority;
}

/** What the certificates have to be valid for. */
export interface PkiSubjects {
  nodeName: string;
  /** Addresses the API server is reached on, without the service address. */
  apiServerAddresses: readonly string[];
  /** First address of the service range: `kubernetes.default`. */
  serviceAddress: string;
  nodeAddress: string;
}

/** The certificates of a cluster by file name. Pure: what they say, not the keys. */
export function clusterLeaves(subjects: PkiSubjects): Record<string, Leaf> {
  const client = (commonName: string, ...organizations: string[]): Leaf => ({
    authority: 'ca',
    subject: { commonName, organizations },
    usages: ['client'],
  });
  return {
    'etcd-server': {
      authority: 'etcd-ca',
      subject: { commonName: 'etcd' },
      usages: ['server', 'client'],
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
    },
    'apiserver-etcd-client': {
      authority: 'etcd-ca',
      subject: { commonName: 'kube-apiserver-etcd-client' },
      usages: ['client'],
    },
    apiserver: {
      authority: 'ca',
      subject: { commonName: 'kube-apiserver' },
      usages: ['server'],
      dnsNames: [
        'localhost',
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
      ],
      ipAddresses: [...new Set(['127.0.0.1', subjects.serviceAddress, ...subjects.apiServerAddresses])],
    },
    'apiserver-kubelet-client': client('kube-apiserver-kubelet-client'),
    'front-proxy-client': {
      authority: 'front-proxy-ca',
      subject: { commonName: 'front-proxy-client' },
      usages: ['client'],
    },
    'kubelet-server': {
      authority: 'ca',
      subject: { commonName: `system:node:${subjects.nodeName}`, organizations: ['system:nodes'] },
      usages: ['server'],
      dnsNames: [subjects.nodeName],
      ipAddresses: [subjects.nodeAddress],
    },
    'metrics-server': {
      authority: 'ca',
      subject: { commonName: 'metrics-server' },
      usages: ['server'],
      dnsNames: ['metrics-server.kube-system.svc'],
    },
    kubelet: client(`system:node:${subjects.nodeName}`, 'system:nodes'),
    'kube-controller-manager': client('system:kube-controller-manager'),
    'kube-scheduler': client('system:kube-scheduler'),
    'kube-proxy': client('system:kube-proxy'),
    admin: client('chatplatform-admin', 'system:masters'),
  };
}

/**
 * Makes what is missing in `directory`, renews what ends within 30 days or names other addresses, and keeps the rest.
 * Writes `<name>.crt`, `<name>.key` (mode 0600) and the service account keys `sa.key` and `sa.pub`.
 */
export async function ensureClusterPki(directory: string, subjects: PkiSubjects, now: Date): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const issuers = {} as Record<Authority, KeyPair>;
  for (const [name, commonName] of Object.entries(authorities) as [Authority, string][]) {
    issuers[name] = await ensureAuthority(directory, name, { commonName, now });
  }
  for (const [name, leaf] of Object.entries(clusterLeaves(subjects))) {
    const present = await readPair(directory, name);
    const authority = issuers[leaf.authority];
    if (present !== undefined && isUsable(present, authority, leaf, now)) continue;
    await writePair(directory, name, await issue(authority, leaf, now));
  }
  if ((await readIfPresent(join(directory, 'sa.pub'))) === undefined) {
    const { privateKey, publicKey } = await createSigningKey();
    await replaceFile(join(directory, 'sa.key'), privateKey, 0o600);
    await replaceFile(join(directory, 'sa.pub'), publicKey);
  }
}

/** Reads a pair written by `ensureClusterPki`. */
export async function readKeyPair(directory: string, name: string): Promise<KeyPair> {
  const pair = await readPair(directory, name);
  if (pair === undefined) throw new Error(`${join(directory, name)}.crt or .key is missing.`);
  return pair;
}

function isUsable(pair: KeyPair, authority: KeyPair, leaf: Leaf, now: Date): boolean {
  const certificate = new X509Certificate(pair.certificate);
  const signedByAuthority = certificate.verify(new X509Certificate(authority.certificate).publicKey);
  const lasting = certificate.validToDate.getTime() - now.getTime() > RENEW_BEFORE_MS;
  const covers =
    (leaf.ipAddresses ?? []).every((address) => certificate.checkIP(address) !== undefined) &&
    (leaf.dnsNames ?? []).every((name) => certificate.checkHost(name) !== undefined);
  const sameSubject = certificate.subject.split('\n').includes(`CN=${leaf.subject.commonName}`);
  return signedByAuthority && lasting && covers && sameSubject;
}

async function ensureAuthority(
  directory: string,
  name: string,
  options: { commonName: string; now: Date },
): Promise<KeyPair> {
  const present = await readPair(directory, name);
  if (present !== undefined) return present;
  const created = await createAuthority(options.commonName, options.now);
  await writePair(directory, name, created);
  return created;
}

async function readPair(directory: string, name: string): Promise<KeyPair | undefined> {
  const certificate = await readIfPresent(join(directory, `${name}.crt`));
  const privateKey = await readIfPresent(join(directory, `${name}.key`));
  if (certificate === undefined || privateKey === undefined) return undefined;
  return { certificate, privateKey };
}

/** The key is written before the certificate: an interruption between the two leaves a pair that is made anew. */
async function writePair(directory: string, name: string, pair: KeyPair): Promise<void> {
  await rm(join(directory, `${name}.crt`), { force: true });
  await replaceFile(join(directory, `${name}.key`), pair.privateKey, 0o600);
  await replaceFile(join(directory, `${name}.crt`), pair.certificate);
}
