import type { CredentialName, Credentials } from './credentials.ts';
import type { RotatableStore } from './rotation.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** The two users that a login alternates between; the same twice where one user can have several passwords. */
export type LoginUsers = readonly [string, string];

/**
 * The logins of a store, by the credential that keeps each: entries `user:password` separated by spaces, of which the
 * first is used and all are accepted. A password alone is the first user's. In MongoDB and InfluxDB services log in as
 * the one administrator; elsewhere only the operator's Jobs are administrators.
 */
export const STORE_LOGINS = {
  redis: { redisPassword: ['default', 'default'] },
  rabbitmq: {
    rabbitmqPassword: ['chatplatform', 'chatplatform-2'],
    rabbitmqAdminPassword: ['chatplatform-admin', 'chatplatform-admin-2'],
  },
  postgresql: {
    postgresqlAuthPassword: ['auth', 'auth_2'],
    postgresqlAnalyticsPassword: ['analytics', 'analytics_2'],
    postgresqlPassword: ['postgres', 'postgres_2'],
  },
  mongodb: { mongodbPassword: ['root', 'root-2'] },
  influxdb: { influxdbPassword: ['admin', 'admin-2'] },
  sqlserver: {
    sqlserverAuthPassword: ['auth', 'auth_2'],
    sqlserverPassword: ['sa', 'sa_2'],
  },
} as const satisfies Record<RotatableStore, Partial<Record<CredentialName, LoginUsers>>>;

export type LoginCredential = {
  [Store in RotatableStore]: keyof (typeof STORE_LOGINS)[Store];
}[RotatableStore];

const USERS = Object.assign({}, ...Object.values(STORE_LOGINS)) as Readonly<
  Record<LoginCredential, LoginUsers>
>;

export const usersOf = (name: LoginCredential): LoginUsers => USERS[name];

/** Every login that the store is to accept; the first is the one that is used. */
export function acceptedLogins(credentials: Credentials, name: LoginCredential): readonly Login[] {
  return credentials[name].split(' ').map((entry) => {
    const colon = entry.indexOf(':');
    return colon < 0
      ? { user: USERS[name][0], password: entry }
      : { user: entry.slice(0, colon), password: entry.slice(colon + 1) };
  });
}

export function usedLogin(credentials: Credentials, name: LoginCredential): Login {
  const [used] = acceptedLogins(credentials, name);
  if (used === undefined) throw new TypeError(`no login is kept as ${name}`);
  return used;
}

const userOf = (entry: string, [first]: LoginUsers) =>
  entry.includes(':') ? entry.slice(0, entry.indexOf(':')) : first;

/** The used login, and behind it one with a new password: of the other user, where there are two. */
export function withNewLogin(value: string, users: LoginUsers, password: string): string {
  const [used = ''] = value.split(' ');
  const [first, second] = users;
  return `${used} ${userOf(used, users) === first ? second : first}:${password}`;
}
