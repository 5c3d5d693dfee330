import type { ChatPlatformSpec, Profile } from './spec.ts';
import { PROFILE_DEFAULTS } from './profiles.ts';
import type { ProfileDefaults, Resources, StoreName, WorkloadName } from './profiles.ts';
import { SERVICE_NAMES } from './services.ts';

type Spec<K extends keyof ChatPlatformSpec> = NonNullable<ChatPlatformSpec[K]>;
type Stores = Spec<'stores'>;
type WorkloadSpec = NonNullable<Spec<'services'>[WorkloadName]>;
export type EnvVar = NonNullable<WorkloadSpec['env']>[number];
type External<S extends StoreName> = NonNullable<NonNullable<Stores[S]>['external']>;
export type ExternalServer = External<'redis'>;

export interface EffectiveWorkload {
  /** Absent when an autoscaler sets it. */
  readonly replicas?: number;
  readonly autoscaling?: {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly targetCPUPercent: number;
  };
  readonly resources: Resources;
  readonly env: readonly EnvVar[];
}

export interface ManagedStore {
  readonly storage: { readonly size: string; readonly className?: string };
  readonly resources: Resources;
}

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
  };
}

/** Drops keys whose value is undefined, so that "not set" has one form. */
function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function mergeResources(wanted: WorkloadSpec['resources'], defaults: Resources): Resources {
  const side = (of: { cpu?: unknown; memory?: unknown } | undefined) =>
    Object.fromEntries(
      Object.entries(of ?? {})
        .filter(([, amount]) => amount !== undefined)
        .map(([name, amount]) => [name, String(amount)]),
    );
  return {
    requests: { ...defaults.requests, ...side(wanted?.requests) },
    limits: { ...defaults.limits, ...side(wanted?.limits) },
  };
}

function effectiveWorkload(
  name: WorkloadName,
  spec: ChatPlatformSpec,
  defaults: ProfileDefaults,
): EffectiveWorkload {
  const wanted = spec.services?.[name];
  const scaling = wanted?.autoscaling;
  return {
    ...(scaling === undefined
      ? { replicas: wanted?.replicas ?? defaults.replicas }
      : {
          autoscaling: {
            minReplicas: scaling.minReplicas ?? Math.min(defaults.replicas, scaling.maxReplicas),
            maxReplicas: scaling.maxReplicas,
            targetCPUPercent: scaling.targetCPUPercent ?? 70,
          },
        }),
    resources: mergeResources(wanted?.resources, defaults.workloads[name]),
    env: wanted?.env ?? [],
  };
}

function effectiveServices(spec: ChatPlatformSpec, defaults: ProfileDefaults): EffectiveSpec['services'] {
  const names: WorkloadName[] = [...SERVICE_NAMES, 'web'];
  return Object.fromEntries(names.map((name) => [name, effectiveWorkload(name, spec, defaults)])) as Record<
    WorkloadName,
    EffectiveWorkload
  >;
}

function effectiveStore<S extends StoreName>(
  name: S,
  spec: ChatPlatformSpec,
  defaults: ProfileDefaults,
): EffectiveStore<External<S>> {
  const wanted = spec.stores?.[name];
  if (wanted?.external !== undefined) return { external: wanted.external as External<S> };
  const managed = wanted?.managed;
  const className = managed?.storage?.className ?? spec.storage?.className;
  return {
    managed: {
      storage: compact({ size: String(managed?.storage?.size ?? defaults.stores[name].size), className }),
      resources: mergeResources(managed?.resources, defaults.stores[name].resources),
    },
  };
}

function effectiveMail(spec: ChatPlatformSpec, domain: string): EffectiveSpec['mail'] {
  const from = spec.mail?.from ?? `chatplatform@${domain}`;
  return spec.mail?.smtp === undefined ? { from, sink: {} } : { from, smtp: spec.mail.smtp };
}

function effectiveObservability(
  spec: ChatPlatformSpec,
  defaults: ProfileDefaults,
): EffectiveSpec['observability'] {
  const wanted = spec.observability;
  return {
    logLevel: wanted?.logLevel ?? 'info',
    tracing: compact({
      endpoint: wanted?.tracing?.endpoint,
      sampling: wanted?.tracing?.sampling ?? defaults.sampling,
    }),
    prometheus: { enabled: wanted?.prometheus?.enabled ?? defaults.bundled },
  };
}

function effectiveAuth(spec: ChatPlatformSpec, domain: string): EffectiveSpec['auth'] {
  const wanted = spec.auth;
  return {
    issuer: wanted?.issuer ?? 'chatplatform',
    accessTokenLifetime: wanted?.accessTokenLifetime ?? '10m',
    refreshTokenLifetime: wanted?.refreshTokenLifetime ?? '720h',
    bootstrapAdmin: {
      username: wanted?.bootstrapAdmin?.username ?? 'admin',
      email: wanted?.bootstrapAdmin?.email ?? `admin@${domain}`,
    },
  };
}

function effectiveStores(spec: ChatPlatformSpec, defaults: ProfileDefaults): EffectiveSpec['stores'] {
  return {
    sql: { engine: spec.stores?.sql?.engine ?? 'SQLServer', ...effectiveStore('sql', spec, defaults) },
    mongodb: effectiveStore('mongodb', spec, defaults),
    postgresql: effectiveStore('postgresql', spec, defaults),
    influxdb: effectiveStore('influxdb', spec, defaults),
    redis: effectiveStore('redis', spec, defaults),
    rabbitmq: effectiveStore('rabbitmq', spec, defaults),
    objectStorage: effectiveStore('objectStorage', spec, defaults),
  };
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
    version: spec.version ?? operatorVersion,
    ...(spec.hostname === undefined ? {} : { hostname: spec.hostname }),
    paused: spec.paused ?? false,
    exposure: { ...spec.exposure, type: spec.exposure?.type ?? defaults.exposure },
    services: effectiveServices(spec, defaults),
    stores: effectiveStores(spec, defaults),
    storage: compact({ className: spec.storage?.className, policy: spec.storage?.policy ?? 'Retain' }),
    auth: effectiveAuth(spec, domain),
    mail: effectiveMail(spec, domain),
    push: compact({ enabled: spec.push?.enabled ?? false, fcm: spec.push?.fcm }),
    observability: effectiveObservability(spec, defaults),
  };
}
