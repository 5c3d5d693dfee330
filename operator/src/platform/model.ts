import type { EffectiveSpec, WorkloadName } from '../api/index.ts';
import type { Credentials } from './secrets/credentials.ts';
import type { Rotatable } from './secrets/rotation.ts';
import type { MissingReference, References } from './references.ts';

export const IMAGE_KEYS = [
  'rabbitmq',
  'redis',
  'postgresql',
  'mongodb',
  'influxdb',
  'azurite',
  'sqlserver',
  'maildev',
  'jaeger',
  'prometheus',
] as const;
export type StoreImage = (typeof IMAGE_KEYS)[number];

/** Image references of the stores and of the platform's own workloads. */
export type Images = Readonly<Record<StoreImage | WorkloadName, string>>;

/** What the cluster is like, as far as manifests depend on it. */
export interface ClusterFacts {
  /** Address of the cluster's DNS server: nginx resolves by itself and does not read resolv.conf. */
  readonly dnsServer: string;
  /** `cluster.local`. */
  readonly dnsDomain: string;
  /** Kinds of others that the API server knows now. */
  readonly serves: { readonly podMonitor: boolean; readonly prometheusRule: boolean };
  /** An address of a node that people can reach, for NodePort without a hostname. */
  readonly nodeAddress: string | undefined;
}

/** Which migrations are wanted: `expand` while an older version still runs, `all` once none does. */
export interface MigrationTarget {
  readonly version: string;
  readonly phase: 'expand' | 'all';
  readonly images: Images;
}

/** The version each workload should run now: they differ while an upgrade goes from one to the next. */
export type WorkloadVersions = Readonly<Record<WorkloadName, string>>;

/** Everything `desired` may know of a platform, but for what was observed. */
export interface Platform {
  readonly name: string;
  readonly namespace: string;
  readonly spec: EffectiveSpec;
  readonly versions: WorkloadVersions;
  readonly images: Images;
  readonly migration: MigrationTarget;
  /** Sizes of the volumes that are there, by the names of their claims: what is there never shrinks. */
  readonly volumes: ReadonlyMap<string, string>;
  readonly cluster: ClusterFacts;
  readonly credentials: Credentials;
  /** Credentials that are being rotated now. */
  readonly rotating: ReadonlySet<Rotatable>;
  /** Values of the Secrets that the spec refers to. */
  readonly references: References;
  /** References that cannot be followed now: what needs them waits. */
  readonly missing: readonly MissingReference[];
  /** Where people reach the platform; undefined while an address is awaited. */
  readonly url: string | undefined;
}

export const isDevelopment = (platform: { spec: EffectiveSpec }): boolean =>
  platform.spec.profile === 'Development';
