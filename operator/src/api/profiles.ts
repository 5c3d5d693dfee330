import type { Profile } from './spec.ts';
import type { ServiceName } from './services.ts';

/** A service or the edge: what has replicas. */
export type WorkloadName = ServiceName | 'web';

export type StoreName =
  'sql' | 'mongodb' | 'postgresql' | 'influxdb' | 'redis' | 'rabbitmq' | 'objectStorage';

export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  /** `cpu` is absent on purpose: throttling costs latency, and requests already share a busy node fairly. */
  readonly limits: { readonly cpu?: string; readonly memory: string };
}

export interface ProfileDefaults {
  readonly replicas: number;
  readonly workloads: Readonly<Record<WorkloadName, Resources>>;
  readonly stores: Readonly<Record<StoreName, { readonly size: string; readonly resources: Resources }>>;
  readonly exposure: 'NodePort' | 'LoadBalancer';
  readonly sampling: number;
  /** Mail sink, Azurite, Jaeger and Prometheus come with the platform. */
  readonly bundled: boolean;
}

const sized = (cpu: string, memory: string, limit: string): Resources => ({
  requests: { cpu, memory },
  limits: { memory: limit },
});

/** Small enough that the whole demo is scheduled on two cores, CoreDNS and the operator included. */
const DEVELOPMENT: ProfileDefaults = {
  replicas: 1,
  workloads: {
    auth: sized('50m', '96Mi', '320Mi'),
    user: sized('30m', '80Mi', '256Mi'),
    chat: sized('50m', '80Mi', '320Mi'),
    notification: sized('30m', '80Mi', '256Mi'),
    media: sized('30m', '96Mi', '512Mi'),
    gateway: sized('50m', '80Mi', '320Mi'),
    analytics: sized('30m', '80Mi', '256Mi'),
    web: sized('20m', '16Mi', '64Mi'),
  },
  stores: {
    // SQL Server refuses to start below 2 GB.
    sql: { size: '4Gi', resources: sized('100m', '1Gi', '2560Mi') },
    postgresql: { size: '2Gi', resources: sized('50m', '64Mi', '384Mi') },
    mongodb: { size: '2Gi', resources: sized('100m', '256Mi', '768Mi') },
    influxdb: { size: '1Gi', resources: sized('30m', '64Mi', '384Mi') },
    redis: { size: '1Gi', resources: sized('20m', '16Mi', '128Mi') },
    rabbitmq: { size: '1Gi', resources: sized('100m', '128Mi', '400Mi') },
    objectStorage: { size: '2Gi', resources: sized('20m', '64Mi', '256Mi') },
  },
  exposure: 'NodePort',
  sampling: 1,
  bundled: true,
};

const STANDARD: ProfileDefaults = {
  replicas: 2,
  workloads: {
    auth: sized('250m', '192Mi', '512Mi'),
    user: sized('100m', '128Mi', '384Mi'),
    chat: sized('250m', '192Mi', '512Mi'),
    notification: sized('100m', '128Mi', '384Mi'),
    media: sized('250m', '256Mi', '1Gi'),
    gateway: sized('250m', '256Mi', '1Gi'),
    analytics: sized('100m', '128Mi', '384Mi'),
    web: sized('50m', '32Mi', '128Mi'),
  },
  stores: {
    sql: { size: '20Gi', resources: sized('500m', '2Gi', '4Gi') },
    postgresql: { size: '20Gi', resources: sized('250m', '512Mi', '2Gi') },
    mongodb: { size: '50Gi', resources: sized('500m', '1Gi', '4Gi') },
    influxdb: { size: '20Gi', resources: sized('250m', '512Mi', '2Gi') },
    redis: { size: '5Gi', resources: sized('100m', '128Mi', '1Gi') },
    rabbitmq: { size: '10Gi', resources: sized('250m', '512Mi', '2Gi') },
    objectStorage: { size: '20Gi', resources: sized('100m', '128Mi', '512Mi') },
  },
  exposure: 'LoadBalancer',
  sampling: 0.1,
  bundled: false,
};

const HIGHLY_AVAILABLE: ProfileDefaults = { ...STANDARD, replicas: 3 };

export const PROFILE_DEFAULTS: Readonly<Record<Profile, ProfileDefaults>> = {
  Development: DEVELOPMENT,
  Standard: STANDARD,
  HighlyAvailable: HIGHLY_AVAILABLE,
};
