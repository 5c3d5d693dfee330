import type { ManagedStore } from '../../api/index.ts';
import { EXTERNAL } from '../component.ts';
import type { Component } from '../component.ts';
import { objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { tcpProbe } from '../pods.ts';
import { mebibytes } from '../quantities.ts';
import { usedLogin } from '../secrets/logins.ts';
import { storeObjects } from '../store.ts';
import { statefulSetHealth } from '../workload-health.ts';
import { databasesScript } from './logins.ts';

const COMPONENT = 'postgresql';
const CONFIG_PATH = '/etc/chatplatform/postgresql';
const VOLUME_PATH = '/var/lib/postgresql/data';

/** The managed server, wanted by analytics or by accounts; with both on PostgreSQL they share it. */
export function managedServer({ spec }: Pick<Platform, 'spec'>): ManagedStore | undefined {
  const { sql, postgresql: analytics } = spec.stores;
  return analytics.managed ?? (sql.engine === 'PostgreSQL' ? sql.managed : undefined);
}

function serverArguments(managed: ManagedStore): string[] {
  const settings = {
    shared_buffers: `${mebibytes(managed.resources.limits.memory, 0.25)}MB`,
    max_connections: '200',
    unix_socket_directories: '/var/run/postgresql',
    jit: 'off',
  };
  return ['postgres', ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
}

function managedObjects(platform: Platform, managed: ManagedStore) {
  const secretName = objectName(platform, COMPONENT);
  return storeObjects(platform, {
    component: COMPONENT,
    managed,
    dataPath: VOLUME_PATH,
    secretPath: CONFIG_PATH,
    // Read when the volume is empty: from then on the server knows its roles.
    liveFiles: {
      password: usedLogin(platform.credentials, 'postgresqlPassword').password,
      'databases.sql': databasesScript(platform),
    },
    servicePorts: { postgresql: 5432 },
    container: {
      image: platform.images.postgresql,
      args: serverArguments(managed),
      ports: { postgresql: 5432 },
      env: [
        { name: 'POSTGRES_USER', value: 'postgres' },
        { name: 'POSTGRES_PASSWORD_FILE', value: `${CONFIG_PATH}/password` },
        { name: 'PGDATA', value: `${VOLUME_PATH}/pgdata` },
      ],
      mounts: [
        { name: 'initdb', mountPath: '/docker-entrypoint-initdb.d', readOnly: true },
        { name: 'socket', mountPath: '/var/run/postgresql' },
        { name: 'shm', mountPath: '/dev/shm' },
      ],
      startup: tcpProbe('postgresql', { periodSeconds: 1, failureThreshold: 180 }),
      readiness: tcpProbe('postgresql'),
      liveness: tcpProbe('postgresql', { periodSeconds: 15, failureThreshold: 4 }),
    },
    pod: {
      graceSeconds: 60,
      volumes: [
        {
          name: 'initdb',
          secret: {
            secretName,
            defaultMode: 0o440,
            items: [{ key: 'databases.sql', path: 'databases.sql' }],
          },
        },
        { name: 'socket', emptyDir: {} },
        { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
      ],
    },
  });
}

/** Holds the business figures of analytics and, with engine PostgreSQL, accounts and sessions. */
export const postgresql: Component = {
  name: COMPONENT,
  condition: 'PostgreSQLReady',
  desired: (platform) => {
    const managed = managedServer(platform);
    return managed === undefined ? [] : managedObjects(platform, managed);
  },
  health: (platform, observed) =>
    managedServer(platform) === undefined
      ? EXTERNAL
      : statefulSetHealth(observed, COMPONENT, objectName(platform, COMPONENT)),
};
