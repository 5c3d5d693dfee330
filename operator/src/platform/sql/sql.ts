import type { Job } from 'kubernetes-types/batch/v1.d.ts';
import type { ManagedStore } from '../../api/index.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { EXTERNAL, isSettled, manifest } from '../component.ts';
import type { Component, ComponentHealth } from '../component.ts';
import { contentHash } from '../hash.ts';
import { KINDS } from '../kinds.ts';
import { objectLabels, objectName } from '../labels.ts';
import { isDevelopment } from '../model.ts';
import type { Platform } from '../model.ts';
import type { Observed } from '../observed.ts';
import { container, podTemplate, tcpProbe } from '../pods.ts';
import { postgresql } from '../postgresql/postgresql.ts';
import { mebibytes } from '../quantities.ts';
import { usedLogin, usersOf } from '../secrets/logins.ts';
import { storeObjects } from '../store.ts';
import { statefulSetHealth } from '../workload-health.ts';
import { setupScript, sqlcmd } from './logins.ts';

const SERVER = 'sqlserver';
const SETUP = 'sqlserver-setup';
const CONFIG_PATH = '/etc/chatplatform/sqlserver';
const DATA_PATH = '/var/opt/mssql';

const SETUP_RESOURCES = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } };

const adminPassword = (platform: Platform, name: string) => ({
  name,
  valueFrom: { secretKeyRef: { name: objectName(platform, SERVER), key: 'password' } },
});

/** A server that is new has the administrator it was made with, one that is not has either. */
function asAnyOf(platform: Platform): string {
  return usersOf('sqlserverPassword')
    .map((name) => sqlcmd(platform, name, `${CONFIG_PATH}/setup.sql`).join(' '))
    .join(' || ');
}

function setupJob(platform: Platform): KubeObject {
  const template = podTemplate(platform, {
    component: SETUP,
    volumes: [{ name: 'config', secret: { secretName: objectName(platform, SERVER), defaultMode: 0o440 } }],
    containers: [
      container({
        name: 'setup',
        image: platform.images.sqlserver,
        command: ['/bin/sh', '-c', asAnyOf(platform)],
        env: [adminPassword(platform, 'SQLCMDPASSWORD')],
        mounts: [{ name: 'config', mountPath: CONFIG_PATH, readOnly: true }],
        resources: SETUP_RESOURCES,
      }),
    ],
    spec: { restartPolicy: 'OnFailure' },
  });
  // Of the template alone: logins that are rotated are another Job's matter.
  const hash = contentHash(template).slice(0, 8);
  return manifest<Job>({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${objectName(platform, SETUP)}-${hash}`,
      namespace: platform.namespace,
      labels: objectLabels(platform, SETUP),
    },
    // Retries with growing delay while the server starts for the first time.
    spec: { backoffLimit: 20, template },
  });
}

function server(platform: Platform, managed: ManagedStore): KubeObject[] {
  const env = {
    ACCEPT_EULA: 'Y',
    MSSQL_PID: isDevelopment(platform) ? 'Developer' : 'Express',
    MSSQL_MEMORY_LIMIT_MB: String(mebibytes(managed.resources.limits.memory, 0.8)),
    // Without a home of its own the server tries to write to the root of the file system, which is read-only.
    HOME: DATA_PATH,
  };
  return storeObjects(platform, {
    component: SERVER,
    managed,
    dataPath: DATA_PATH,
    secretPath: CONFIG_PATH,
    liveFiles: {
      password: usedLogin(platform.credentials, 'sqlserverPassword').password,
      'setup.sql': setupScript(platform),
    },
    servicePorts: { tds: 1433 },
    container: {
      image: platform.images.sqlserver,
      ports: { tds: 1433 },
      // SQL Server takes the administrator's first password from the environment only.
      env: [
        ...Object.entries(env).map(([name, value]) => ({ name, value })),
        adminPassword(platform, 'MSSQL_SA_PASSWORD'),
      ],
      startup: tcpProbe('tds', { periodSeconds: 2, failureThreshold: 150 }),
      readiness: tcpProbe('tds'),
      liveness: tcpProbe('tds', { periodSeconds: 15, failureThreshold: 4 }),
    },
    pod: { graceSeconds: 60 },
  });
}

function sqlServerHealth(platform: Platform, observed: Observed): ComponentHealth {
  const running = statefulSetHealth(observed, SERVER, objectName(platform, SERVER));
  if (!isSettled(running)) return running;
  const job = observed.get(KINDS.job, setupJob(platform).metadata.name) as unknown as Job | undefined;
  const conditions = job?.status?.conditions ?? [];
  if (conditions.some((c) => c.type === 'Complete' && c.status === 'True')) return running;
  const failed = conditions.find((c) => c.type === 'Failed' && c.status === 'True');
  return failed === undefined
    ? { ...running, state: 'Progressing', reason: 'SettingUp', message: 'making the database and its login' }
    : {
        ...running,
        state: 'Degraded',
        reason: 'SetupFailed',
        message: `the database could not be made: ${failed.message ?? ''}`,
      };
}

const usesPostgresql = ({ spec }: Platform) => spec.stores.sql.engine === 'PostgreSQL';

/** Holds accounts and sessions: SQL Server of its own, or a database in the PostgreSQL that analytics uses too. */
export const sql: Component = {
  name: 'sql',
  condition: 'SQLReady',
  desired: (platform) => {
    const { managed } = platform.spec.stores.sql;
    if (managed === undefined || usesPostgresql(platform)) return [];
    return [...server(platform, managed), setupJob(platform)];
  },
  health: (platform, observed) => {
    if (platform.spec.stores.sql.managed === undefined) return EXTERNAL;
    return usesPostgresql(platform)
      ? postgresql.health(platform, observed)
      : sqlServerHealth(platform, observed);
  },
};
