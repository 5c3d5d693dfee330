import { edgeRoutes } from '@chatplatform/contracts/edge/routes';
import { SERVICE_NAMES } from '../../api/index.ts';
import type { ServiceName, StoreName, WorkloadName } from '../../api/index.ts';
import { isDevelopment } from '../model.ts';
import type { Platform } from '../model.ts';
import { managedServer } from '../postgresql/postgresql.ts';
import { STORE_USERS } from '../references.ts';
import { HTTP_PORT, MANAGEMENT_PORT, SERVICES } from '../services/definitions.ts';
import { STORE_LOGINS_COMPONENT, loginSetups } from '../store-logins/store-logins.ts';
import { EDGE_PORTS } from '../web/nginx.ts';

/** The world outside the platform: its Pods have no name here. */
export const OUTSIDE = 'outside';

/** One arrow of the architecture: `from` opens connections to `port` of `to`. Each end is a component, or OUTSIDE. */
export interface NetworkEdge {
  readonly from: string;
  readonly to: string;
  /** Undefined: any port, where only a Secret knows it. */
  readonly port: number | undefined;
}

/** Managed stores by the component that runs them; the sql store is where accounts are. */
function storeTarget(platform: Platform, store: StoreName): { to: string; port: number } | undefined {
  const { stores } = platform.spec;
  if (stores[store].managed === undefined) return undefined;
  const postgresql = { to: 'postgresql', port: 5432 };
  const targets: Readonly<Record<StoreName, { to: string; port: number }>> = {
    sql: stores.sql.engine === 'PostgreSQL' ? postgresql : { to: 'sqlserver', port: 1433 },
    postgresql,
    mongodb: { to: 'mongodb', port: 27017 },
    influxdb: { to: 'influxdb', port: 8086 },
    redis: { to: 'redis', port: 6379 },
    rabbitmq: { to: 'rabbitmq', port: 5672 },
    objectStorage: { to: 'object-storage', port: 10000 },
  };
  return targets[store];
}

function storeEdges(platform: Platform): NetworkEdge[] {
  const stores = Object.entries(STORE_USERS) as [StoreName, readonly WorkloadName[]][];
  return stores.flatMap(([store, users]) => {
    const target = storeTarget(platform, store) ?? { to: OUTSIDE, port: undefined };
    // Migrations are one component: what any of them needs, all may reach.
    const migrates = users.some((user) => SERVICES.some(({ name, migrates }) => name === user && migrates));
    return [...users, ...(migrates ? ['migrations'] : [])].map((from) => ({ from, ...target }));
  });
}

const between = (from: ServiceName | 'web', to: ServiceName): NetworkEdge => ({ from, to, port: HTTP_PORT });

/** Every service fetches auth's public keys; the rest are calls of one service to another. */
function serviceEdges(): NetworkEdge[] {
  const others = SERVICE_NAMES.filter((name) => name !== 'auth');
  return [
    ...others.map((name) => between(name, 'auth')),
    between('gateway', 'chat'),
    between('media', 'chat'),
    between('media', 'user'),
    // Requests of long polling that reached the wrong one.
    between('gateway', 'gateway'),
    between('notification', 'gateway'),
    ...edgeRoutes.map(({ service }) => between('web', service)),
  ];
}

const portOf = (url: string): number => {
  const { port, protocol } = new URL(url);
  return Number(port || (protocol === 'https:' ? 443 : 80));
};

function tracingEdges(platform: Platform): NetworkEdge[] {
  const { endpoint } = platform.spec.observability.tracing;
  if (endpoint !== undefined)
    return SERVICE_NAMES.map((from) => ({ from, to: OUTSIDE, port: portOf(endpoint) }));
  return isDevelopment(platform) ? SERVICE_NAMES.map((from) => ({ from, to: 'jaeger', port: 4318 })) : [];
}

/** By the Prometheus that comes along, by one somewhere in the cluster, or both. */
function metricsEdges({ spec, cluster }: Platform): NetworkEdge[] {
  const { prometheus, monitors } = spec.observability;
  const outside = !prometheus.enabled || (monitors.enabled && cluster.serves.podMonitor);
  const targets = [
    ...SERVICE_NAMES.map((to) => ({ to, port: MANAGEMENT_PORT })),
    ...(spec.stores.rabbitmq.managed === undefined ? [] : [{ to: 'rabbitmq', port: 15692 }]),
  ];
  const collectors = [...(prometheus.enabled ? ['prometheus'] : []), ...(outside ? [OUTSIDE] : [])];
  return collectors.flatMap((from) => targets.map((target) => ({ from, ...target })));
}

function notificationEdges({ spec }: Platform): NetworkEdge[] {
  const from = 'notification';
  const { smtp } = spec.mail;
  const mail: NetworkEdge =
    smtp === undefined ? { from, to: 'mail', port: 1025 } : { from, to: OUTSIDE, port: smtp.port };
  const endpoint = spec.push.fcm?.endpoint;
  // Tokens for Firebase come from Google's own address, whatever takes the place of the service.
  const push = spec.push.enabled ? [443, ...(endpoint === undefined ? [] : [portOf(endpoint)])] : [];
  return [mail, ...push.map((port) => ({ from, to: OUTSIDE, port }))];
}

/** Everyone who may talk to whom: the one table that network policies are made of. */
export function networkEdges(platform: Platform): readonly NetworkEdge[] {
  const runsSqlServer = storeTarget(platform, 'sql')?.to === 'sqlserver';
  return [
    ...Object.values(EDGE_PORTS).map((port) => ({ from: OUTSIDE, to: 'web', port })),
    ...serviceEdges(),
    ...storeEdges(platform),
    ...(runsSqlServer ? [{ from: 'sqlserver-setup', to: 'sqlserver', port: 1433 }] : []),
    ...loginSetups(platform).map(({ store: to, port }) => ({ from: STORE_LOGINS_COMPONENT, to, port })),
    ...tracingEdges(platform),
    ...metricsEdges(platform),
    ...notificationEdges(platform),
  ];
}

/** Components that have Pods: each gets a policy, also one that may do nothing. */
export function networkComponents(platform: Platform): readonly string[] {
  const edges = networkEdges(platform);
  const named = new Set(edges.flatMap(({ from, to }) => [from, to]).filter((name) => name !== OUTSIDE));
  if (managedServer(platform) !== undefined) named.add('postgresql');
  return [...named].sort();
}
