import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Entropy } from './platform/secrets/credentials.ts';

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
  /** Within which a changed Secret is in the Pods that mount it. */
  readonly secretPropagationMs: number;
}

/** A kubelet of default settings looks once a minute, and what it looks at may be some seconds old. */
export const SECRET_PROPAGATION_SECONDS = 120;

export const systemEntropy: Entropy = {
  bytes: (length) => randomBytes(length),
  signingKey: () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
};

/** The cluster's DNS out of a Pod's resolv.conf; undefined for any other machine's. */
export function clusterDnsOf(resolvConf: string): ClusterDns | undefined {
  const server = /^nameserver\s+(\S+)/m.exec(resolvConf)?.[1];
  const domain = /^search\s.*?\ssvc\.(\S+)/m.exec(resolvConf)?.[1];
  return server === undefined || domain === undefined ? undefined : { server, domain };
}

const manifestSchema = z.object({ version: z.string() });

/** Reads what the process needs to know of its surroundings. A machine without resolv.conf has no cluster DNS. */
export async function readEnvironment(resolvConfPath = '/etc/resolv.conf'): Promise<Environment> {
  const [manifest, resolvConf] = await Promise.all([
    readFile(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
    readFile(resolvConfPath, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    }),
  ]);
  const { version } = manifestSchema.parse(JSON.parse(manifest));
  return {
    version,
    dns: clusterDnsOf(resolvConf),
    entropy: systemEntropy,
    secretPropagationMs: SECRET_PROPAGATION_SECONDS * 1000,
  };
}
