import type { KubeObject } from '../../runtime/index.ts';
import { defined } from '../../defined.ts';
import { objectLabels, objectName } from '../labels.ts';

/** The source of randomness, passed in so that everything else stays pure. */
export interface Entropy {
  /** Cryptographically strong random bytes. */
  bytes(length: number): Uint8Array;
  /** A fresh EC P-256 private key, PKCS8 PEM. */
  signingKey(): string;
}

const newPassword = (entropy: Entropy): string => Buffer.from(entropy.bytes(24)).toString('base64url');
const key = (length: number) => (entropy: Entropy) => Buffer.from(entropy.bytes(length)).toString('base64');

/** How each generated credential is made. A key added here is added to existing platforms at the next reconcile. */
const GENERATORS = {
  /** Keys are one or more, while they are rotated: the first signs, all verify. See key-rotation.ts. */
  internalTokenKey: key(48),
  jwtSigningKey: (entropy: Entropy) => entropy.signingKey(),
  mediaUrlSigningKey: key(48),
  adminPassword: newPassword,
  /** Logins to a store: see logins.ts for what is kept of them while they are rotated. */
  rabbitmqPassword: newPassword,
  rabbitmqAdminPassword: newPassword,
  /** Salt of RabbitMQ's password hash: kept, so that the definitions file is the same at every reconcile. */
  rabbitmqSalt: key(4),
  redisPassword: newPassword,
  postgresqlPassword: newPassword,
  postgresqlAuthPassword: newPassword,
  postgresqlAnalyticsPassword: newPassword,
  /** SQL Server's policy wants three classes of characters; the suffix makes sure of them. */
  sqlserverPassword: (entropy: Entropy) => `${newPassword(entropy)}-Aa1`,
  sqlserverAuthPassword: (entropy: Entropy) => `${newPassword(entropy)}-Aa1`,
  mongodbPassword: newPassword,
  influxdbPassword: newPassword,
  azuriteKey: key(64),
} satisfies Record<string, (entropy: Entropy) => string>;

export type CredentialName = keyof typeof GENERATORS;
export type Credentials = Readonly<Record<CredentialName, string>>;

/** One to take the place of another. */
export const newCredential = (name: CredentialName, entropy: Entropy): string => GENERATORS[name](entropy);

export const CREDENTIALS_COMPONENT = 'credentials';

export const credentialsName = (platform: { name: string }) => objectName(platform, CREDENTIALS_COMPONENT);

const decode = (value: unknown) => Buffer.from(String(value), 'base64').toString('utf8');

/** Plain values of a Secret's `data`. */
export function secretValues(secret: KubeObject): Record<string, string> {
  const data = (secret['data'] ?? {}) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, decode(value)]));
}

export interface CredentialsDecision {
  readonly credentials: Credentials;
  /** Credentials that were missing and have been made now: the Secret must be stored before anything uses them. */
  readonly made: readonly CredentialName[];
}

/** Keeps what the Secret holds and makes what it lacks. */
export function decideCredentials(secret: KubeObject | undefined, entropy: Entropy): CredentialsDecision {
  const kept = secret === undefined ? {} : secretValues(secret);
  const made: CredentialName[] = [];
  const values = Object.entries(GENERATORS).map(([name, generate]) => {
    if (kept[name]) return [name, kept[name]];
    made.push(name as CredentialName);
    return [name, generate(entropy)];
  });
  return { credentials: Object.fromEntries(values) as Credentials, made };
}

/**
 * The Secret that holds everything generated. Under storage policy Retain it has no owner and outlives the
 * platform with its volumes: without it nobody could open them again.
 */
export function credentialsSecret(
  platform: { name: string; namespace: string },
  credentials: Credentials,
  stored: Pick<KubeObject['metadata'], 'resourceVersion' | 'annotations'> = {},
): KubeObject {
  const data = Object.entries(credentials).map(([name, value]) => [
    name,
    Buffer.from(value).toString('base64'),
  ]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: credentialsName(platform),
      namespace: platform.namespace,
      labels: objectLabels(platform, CREDENTIALS_COMPONENT),
      // Replaced only as it was read, and with what is noted on it.
      ...defined({ resourceVersion: stored.resourceVersion, annotations: stored.annotations }),
    },
    type: 'Opaque',
    data: Object.fromEntries(data),
  };
}
