import type { EffectiveSpec, StoreName, WorkloadName } from '../api/index.ts';
import { objectName } from './labels.ts';

/** A place of the spec that names a Secret. */
export interface Reference {
  /** `spec.mail.smtp.credentialsSecretRef`. */
  readonly path: string;
  readonly secret: string;
  /** Keys it must hold; each entry may be a list of which one is enough. */
  readonly keys: readonly (readonly string[])[];
  /** What reads it: the components that cannot be made without it. */
  readonly users: readonly WorkloadName[];
  readonly store?: StoreName;
}

/** Values of the referenced Secrets that exist, by Secret name. */
export type References = ReadonlyMap<string, Readonly<Record<string, string>>>;

const all = (...keys: string[]) => keys.map((key) => [key]);

/** A whole connection URL is enough by itself. */
const urlOr = (...keys: string[]) => keys.map((key) => [key, 'url']);

const STORE_KEYS: Readonly<Record<Exclude<StoreName, 'objectStorage'>, readonly (readonly string[])[]>> = {
  sql: urlOr('username', 'password'),
  mongodb: urlOr('username', 'password'),
  postgresql: urlOr('username', 'password'),
  influxdb: all('token'),
  redis: urlOr('password'),
  rabbitmq: urlOr('username', 'password'),
};

/** Which services talk to which store; network policies and rollout order follow the same table. */
export const STORE_USERS: Readonly<Record<StoreName, readonly WorkloadName[]>> = {
  sql: ['auth'],
  mongodb: ['user', 'chat', 'notification', 'media'],
  postgresql: ['analytics'],
  influxdb: ['analytics'],
  redis: ['chat', 'gateway'],
  rabbitmq: ['auth', 'user', 'chat', 'gateway', 'notification', 'media', 'analytics'],
  objectStorage: ['media'],
};

function storeReferences(spec: EffectiveSpec): Reference[] {
  const names = Object.keys(STORE_KEYS) as (keyof typeof STORE_KEYS)[];
  return names.flatMap((store) => {
    const external = spec.stores[store].external;
    if (external === undefined) return [];
    return {
      path: `spec.stores.${store}.external.secretRef`,
      secret: external.secretRef.name,
      keys: STORE_KEYS[store],
      users: STORE_USERS[store],
      store,
    };
  });
}

function objectStorageReferences(spec: EffectiveSpec): Reference[] {
  const external = spec.stores.objectStorage.external;
  const common = { users: STORE_USERS.objectStorage, store: 'objectStorage' as const };
  const path = 'spec.stores.objectStorage.external';
  if (external?.azureBlob !== undefined) {
    const secret = external.azureBlob.secretRef.name;
    return [{ ...common, path: `${path}.azureBlob.secretRef`, secret, keys: all('connectionString') }];
  }
  if (external?.s3 !== undefined) {
    const secret = external.s3.secretRef.name;
    return [{ ...common, path: `${path}.s3.secretRef`, secret, keys: all('accessKeyId', 'secretAccessKey') }];
  }
  return [];
}

function notificationReferences({ mail, push }: EffectiveSpec): Reference[] {
  const found: Reference[] = [];
  const users = ['notification'] as const;
  const login = mail.smtp?.credentialsSecretRef;
  if (login !== undefined) {
    found.push({
      path: 'spec.mail.smtp.credentialsSecretRef',
      secret: login.name,
      keys: all('username', 'password'),
      users,
    });
  }
  if (!push.enabled || push.fcm === undefined) return found;
  const { credentialsSecretRef: account, caSecretRef: ca } = push.fcm;
  found.push({
    path: 'spec.push.fcm.credentialsSecretRef',
    secret: account.name,
    keys: all(account.key ?? FCM_ACCOUNT_KEY),
    users,
  });
  if (ca !== undefined) {
    found.push({
      path: 'spec.push.fcm.caSecretRef',
      secret: ca.name,
      keys: all(ca.key ?? FCM_CA_KEY),
      users,
    });
  }
  return found;
}

export const FCM_ACCOUNT_KEY = 'service-account.json';
export const FCM_CA_KEY = 'ca.crt';

/** Secret with the edge's certificate: the user's, or the one cert-manager writes; undefined without TLS at the edge. */
export function tlsSecretName(platform: { name: string; spec: EffectiveSpec }): string | undefined {
  const tls = platform.spec.exposure.tls;
  if (tls === undefined) return undefined;
  return tls.secretRef?.name ?? objectName(platform, 'tls');
}

function tlsReferences(platform: { name: string; spec: EffectiveSpec }): Reference[] {
  const secret = tlsSecretName(platform);
  if (secret === undefined) return [];
  const from = platform.spec.exposure.tls?.secretRef === undefined ? 'issuerRef' : 'secretRef';
  return [{ path: `spec.exposure.tls.${from}`, secret, keys: all('tls.crt', 'tls.key'), users: ['web'] }];
}

function envReferences(spec: EffectiveSpec): Reference[] {
  const workloads = Object.entries(spec.services) as [
    WorkloadName,
    EffectiveSpec['services'][WorkloadName],
  ][];
  return workloads.flatMap(([name, { env }]) =>
    env.flatMap((variable) => {
      const ref = variable.valueFrom?.secretKeyRef;
      if (ref === undefined) return [];
      const path = `spec.services.${name}.env[${variable.name}].valueFrom.secretKeyRef`;
      return { path, secret: ref.name, keys: all(ref.key ?? 'value'), users: [name] };
    }),
  );
}

/** Every Secret the effective spec names. */
export function referencesOf(platform: { name: string; spec: EffectiveSpec }): readonly Reference[] {
  return [
    ...storeReferences(platform.spec),
    ...objectStorageReferences(platform.spec),
    ...notificationReferences(platform.spec),
    ...tlsReferences(platform),
    ...envReferences(platform.spec),
  ];
}

export interface MissingReference {
  readonly reference: Reference;
  /** For a person: names the Secret, the key and the place in the spec. */
  readonly message: string;
}

function missingKey(
  reference: Reference,
  values: Readonly<Record<string, string>> | undefined,
): string | undefined {
  if (values === undefined) {
    const keys = reference.keys.map((choice) => choice.join(' or ')).join(', ');
    return `Secret "${reference.secret}" (keys: ${keys}), which ${reference.path} refers to, does not exist`;
  }
  const absent = reference.keys.find((choice) => !choice.some((key) => values[key]));
  if (absent === undefined) return undefined;
  return `Secret "${reference.secret}", which ${reference.path} refers to, has no key "${absent.join('" or "')}"`;
}

/** The references that cannot be followed, each with what to do about it. */
export function missingReferences(
  wanted: readonly Reference[],
  references: References,
): readonly MissingReference[] {
  return wanted.flatMap((reference) => {
    const message = missingKey(reference, references.get(reference.secret));
    return message === undefined ? [] : [{ reference, message }];
  });
}

/** The workloads that cannot be made, or changed, until their Secrets are there. What runs of them goes on running. */
export function blockedWorkloads(missing: readonly MissingReference[]): ReadonlySet<WorkloadName> {
  return new Set(missing.flatMap(({ reference }) => reference.users));
}

/** A referenced value that `missingReferences` has found to be there. */
export function referenceValue(references: References, secret: string, key: string): string {
  const value = references.get(secret)?.[key];
  if (value === undefined)
    throw new TypeError(`Secret "${secret}" key "${key}" was used before it was found to exist`);
  return value;
}
