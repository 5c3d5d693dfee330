import { defined } from '../defined.ts';
import { WEEKDAYS } from './operations.ts';
import type { ChatPlatformSpec, Profile } from './spec.ts';
import { PROFILE_DEFAULTS } from './profiles.ts';
import type { ProfileDefaults, Resources, StoreName, WorkloadName } from './profiles.ts';
import { SERVICE_NAMES } from './services.ts';

type Spec<K extends keyof ChatPlatformSpec> = NonNullable<ChatPlatformSpec[K]>;
type Stores = Spec<'stores'>;
/** A service's settings: those of the gateway and of consumers have a field more each, for the autoscaler. */
type WorkloadSpec = NonNullable<Spec<'services'>[WorkloadName]>;
export type EnvVar = NonNullable<WorkloadSpec['env']>[number];
type External<S extends StoreName> = NonNullable<NonNullable<Stores[S]>['external']>;
export type ExternalServer = External<'redis'>;

export type Scheduling = NonNullable<WorkloadSpec['scheduling']>;
export type PodOverrides = NonNullable<WorkloadSpec['podTemplate']>;

export interface EffectiveAutoscaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly targetCPUPercent: number;
  readonly targetConnections?: number;
  readonly targetQueueDepth?: number;
}

export interface EffectiveWorkload {
  /** Absent when an autoscaler sets it. */
  readonly replicas?: number;
  readonly autoscaling?: EffectiveAutoscaling;
  readonly resources: Resources;
  readonly env: readonly EnvVar[];
  readonly scheduling: Scheduling;
  readonly podTemplate: PodOverrides;
}

export interface ManagedStore {
  readonly storage: { readonly size: string; readonly className?: string };
  readonly resources: Resources;
  readonly scheduling: Scheduling;
}

type Complete<T> = { readonly [K in keyof T]-?: NonNullable<T[K]> };

export type MaintenanceWindow = Complete<Spec<'maintenanceWindow'>>;
export type Upgrade = Complete<Spec<'upgrade'>>;

/** Exactly one of the two is set. */
export interface EffectiveStore<E> {
  readonly managed?: ManagedStore;
  readonly external?: E;
}

export type SqlEngine = 'SQLServer' | 'PostgreSQL';

/** The spec with every default filled in, in the user's own form and units; it is shown as status.effective. */
export interface EffectiveSpec {
  readonly profile: Profile;
  readonly version: string;
  readonly hostname?: string;
  readonly paused: boolean;
  readonly exposure: Omit<Spec<'exposure'>, 'type'> & {
    readonly type: NonNullable<Spec<'exposure'>['type']>;
  };
  readonly services: Readonly<Record<WorkloadName, EffectiveWorkload>>;
  readonly stores: {
    readonly sql: EffectiveStore<External<'sql'>> & { readonly engine: SqlEngine };
    readonly mongodb: EffectiveStore<External<'mongodb'>>;
    readonly postgresql: EffectiveStore<External<'postgresql'>>;
    readonly influxdb: EffectiveStore<External<'influxdb'>>;
    readonly redis: EffectiveStore<External<'redis'>>;
    readonly rabbitmq: EffectiveStore<External<'rabbitmq'>>;
    readonly objectStorage: EffectiveStore<External<'objectStorage'>>;
  };
  readonly storage: { readonly className?: string; readonly policy: 'Retain' | 'Delete' };
  readonly auth: {
    readonly issuer: string;
    readonly accessTokenLifetime: string;
    readonly refreshTokenLifetime: string;
    readonly bootstrapAdmin: { readonly username: string; readonly email: string };
  };
  readonly mail: {
    readonly from: string;
    readonly smtp?: NonNullable<Spec<'mail'>['smtp']>;
    readonly sink?: Record<string, never>;
  };
  readonly push: { readonly enabled: boolean; readonly fcm?: NonNullable<Spec<'push'>['fcm']> };
  readonly observability: {
    readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
    readonly tracing: { readonly endpoint?: string; readonly sampling: number };
    readonly prometheus: { readonly enabled: boolean };
    readonly monitors: { readonly enabled: boolean; readonly labels: Readonly<Record<string, string>> };
  };
  readonly networkPolicies: { readonly enabled: boolean };
  readonly imagePullSecrets: readonly { readonly name: string }[];
  readonly limits: { readonly connectionsPerGateway: number; readonly uploadBytes: number };
  /** Absent times: for ever. */
  readonly retention: {
    readonly messages?: string;
    readonly pictures?: string;
    readonly analytics?: string;
  };
  /** Absent: at any time. */
  readonly maintenanceWindow?: MaintenanceWindow;
  readonly upgrade: Upgrade;
}

type Amounts = { readonly cpu?: string | number | undefined; readonly memory?: string | number | undefined };

const amounts = (wanted: Amounts = {}): { cpu?: string; memory?: string } =>
  Object.fromEntries(Object.entries(defined(wanted)).map(([name, amount]) => [name, String(amount)]));

function mergeResources(wanted: WorkloadSpec['resources'] = {}, defaults: Resources): Resources {
  return {
    requests: { ...defaults.requests, ...amounts(wanted.requests) },
    limits: { ...defaults.limits, ...amounts(wanted.limits) },
  };
}

type Services = Required<Spec<'services'>>;
type Autoscaling = { [Name in WorkloadName]: NonNullable<Services[Name]>['autoscaling'] }[WorkloadName] &
  object;

function effectiveAutoscaling(wanted: Autoscaling, replicas: number): EffectiveAutoscaling {
  const minReplicas = Math.min(replicas, wanted.maxReplicas);
  return { minReplicas, targetCPUPercent: 70, ...defined(wanted) };
}

function effectiveWorkload(
  wanted: WorkloadSpec = {},
  replicas: number,
  resources: Resources,
): EffectiveWorkload {
  const size =
    wanted.autoscaling === undefined
      ? { replicas: wanted.replicas ?? replicas }
      : { autoscaling: effectiveAutoscaling(wanted.autoscaling, replicas) };
  return {
    ...size,
    resources: mergeResources(wanted.resources, resources),
    env: wanted.env ?? [],
    scheduling: wanted.scheduling ?? {},
    podTemplate: wanted.podTemplate ?? {},
  };
}

function effectiveServices(
  wanted: Spec<'services'> = {},
  defaults: ProfileDefaults,
): EffectiveSpec['services'] {
  const names: WorkloadName[] = [...SERVICE_NAMES, 'web'];
  const workloads = names.map((name) => [
    name,
    effectiveWorkload(wanted[name], defaults.replicas, defaults.workloads[name]),
  ]);
  return Object.fromEntries(workloads) as EffectiveSpec['services'];
}

interface StoreWanted<E> {
  readonly managed?: NonNullable<Stores['redis']>['managed'];
  readonly external?: E | undefined;
}

function effectiveStore<E>(
  wanted: StoreWanted<E> = {},
  defaults: ProfileDefaults['stores'][StoreName],
  className: string | undefined,
): EffectiveStore<E> {
  if (wanted.external !== undefined) return { external: wanted.external };
  const { storage = {}, resources, scheduling = {} } = wanted.managed ?? {};
  return {
    managed: {
      storage: defined({
        size: String(storage.size ?? defaults.size),
        className: storage.className ?? className,
      }),
      resources: mergeResources(resources, defaults.resources),
      scheduling,
    },
  };
}

function effectiveStores(
  spec: ChatPlatformSpec,
  defaults: ProfileDefaults['stores'],
): EffectiveSpec['stores'] {
  const wanted = spec.stores ?? {};
  const className = spec.storage?.className;
  const engine = wanted.sql?.engine ?? 'SQLServer';
  return {
    // Accounts on PostgreSQL need what PostgreSQL needs; SQL Server does not start with so little.
    sql: {
      engine,
      ...effectiveStore(wanted.sql, engine === 'PostgreSQL' ? defaults.postgresql : defaults.sql, className),
    },
    mongodb: effectiveStore(wanted.mongodb, defaults.mongodb, className),
    postgresql: effectiveStore(wanted.postgresql, defaults.postgresql, className),
    influxdb: effectiveStore(wanted.influxdb, defaults.influxdb, className),
    redis: effectiveStore(wanted.redis, defaults.redis, className),
    rabbitmq: effectiveStore(wanted.rabbitmq, defaults.rabbitmq, className),
    objectStorage: effectiveStore(wanted.objectStorage, defaults.objectStorage, className),
  };
}

function effectiveAuth(wanted: Spec<'auth'> = {}, domain: string): EffectiveSpec['auth'] {
  const bootstrapAdmin = {
    username: 'admin',
    email: `admin@${domain}`,
    ...defined(wanted.bootstrapAdmin ?? {}),
  };
  return {
    issuer: 'chatplatform',
    accessTokenLifetime: '10m',
    refreshTokenLifetime: '720h',
    ...defined(wanted),
    bootstrapAdmin,
  };
}

function effectiveMail(wanted: Spec<'mail'> = {}, domain: string): EffectiveSpec['mail'] {
  const from = wanted.from ?? `chatplatform@${domain}`;
  return wanted.smtp === undefined ? { from, sink: {} } : { from, smtp: wanted.smtp };
}

function effectiveObservability(
  wanted: Spec<'observability'> = {},
  defaults: ProfileDefaults,
): EffectiveSpec['observability'] {
  return {
    logLevel: wanted.logLevel ?? 'info',
    tracing: { sampling: defaults.sampling, ...defined(wanted.tracing ?? {}) },
    prometheus: { enabled: defaults.bundled, ...defined(wanted.prometheus ?? {}) },
    monitors: { enabled: true, labels: {}, ...defined(wanted.monitors ?? {}) },
  };
}

function effectiveMaintenance(
  wanted: Spec<'maintenanceWindow'> | undefined,
): Pick<EffectiveSpec, 'maintenanceWindow'> {
  if (wanted === undefined) return {};
  return { maintenanceWindow: { days: [...WEEKDAYS], duration: '2h', timeZone: 'UTC', ...defined(wanted) } };
}

function effectiveOperations(
  spec: ChatPlatformSpec,
): Pick<EffectiveSpec, 'paused' | 'imagePullSecrets' | 'limits' | 'maintenanceWindow' | 'upgrade'> {
  return {
    paused: spec.paused ?? false,
    imagePullSecrets: spec.imagePullSecrets ?? [],
    limits: { connectionsPerGateway: 20_000, uploadBytes: 10_485_760, ...defined(spec.limits ?? {}) },
    ...effectiveMaintenance(spec.maintenanceWindow),
    upgrade: { autoRollback: true, gateTimeout: '10m', ...defined(spec.upgrade ?? {}) },
  };
}

/** What was sent goes with its message, unless pictures have a time of their own. */
function effectiveRetention(wanted: Spec<'retention'> = {}): EffectiveSpec['retention'] {
  return defined({ ...wanted, pictures: wanted.pictures ?? wanted.messages });
}

/**
 * Fills in every default.
 * @param operatorVersion the version of the services when the spec names none
 */
export function effectiveSpec(spec: ChatPlatformSpec, operatorVersion: string): EffectiveSpec {
  const profile = spec.profile ?? 'Development';
  const defaults = PROFILE_DEFAULTS[profile];
  const domain = spec.hostname ?? 'chatplatform.local';
  return {
    profile,
    ...defined({ hostname: spec.hostname }),
    version: spec.version ?? operatorVersion,
    ...effectiveOperations(spec),
    exposure: { type: defaults.exposure, ...defined(spec.exposure ?? {}) },
    services: effectiveServices(spec.services, defaults),
    stores: effectiveStores(spec, defaults.stores),
    storage: { policy: 'Retain', ...defined(spec.storage ?? {}) },
    auth: effectiveAuth(spec.auth, domain),
    mail: effectiveMail(spec.mail, domain),
    push: { enabled: false, ...defined(spec.push ?? {}) },
    observability: effectiveObservability(spec.observability, defaults),
    retention: effectiveRetention(spec.retention),
    networkPolicies: { enabled: true, ...defined(spec.networkPolicies ?? {}) },
  };
}
