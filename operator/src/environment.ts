import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Entropy } from './platform/secrets/credentials.ts';
import packageJson from '../package.json' with { type: 'json' };

export interface ClusterDns {
  /** Address of the DNS server. */
  readonly server: string;
  /** `cluster.local`. */
  readonly domain: string;
}

/** What the process knows of the world around it, gathered once at start. */
export interface Environment {
  /** Version of this operator, and of the services when a spec names none. */
  readonly version: string;
  /** The cluster's DNS as the operator's own Pod uses it; undefined outside a cluster. */
  readonly dns: ClusterDns | undefined;
  readonly entropy: Entropy;
}

export const systemEntropy: Entropy = {
  bytes: (length) => randomBytes(length),
  signingKey: () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};

/** The cluster's DNS out of a Pod's resolv.conf; undefined for any other machine's. */
export function clusterDnsOf(resolvConf: string): ClusterDns | undefined {
  const server = /^nameserver\s+(\S+)/m.exec(resolvConf)?.[1];
  const domain = /^search\s.*?\ssvc\.(\S+)/m.exec(resolvConf)?.[1];
  return server === undefined || domain === undefined ? undefined : { server, domain };
}

export async function readEnvironment(resolvConfPath = '/etc/resolv.conf'): Promise<Environment> {
  const resolvConf = await readFile(resolvConfPath, 'utf8').catch(() => '');
  return { version: packageJson.version, dns: clusterDnsOf(resolvConf), entropy: systemEntropy };
}
