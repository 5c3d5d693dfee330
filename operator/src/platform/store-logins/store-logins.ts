import type { Job } from 'kubernetes-types/batch/v1.d.ts';
import type { Pod, Secret } from 'kubernetes-types/core/v1.d.ts';
import type { WorkloadName } from '../../api/index.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { DISABLED, manifest } from '../component.ts';
import type { Component, ComponentHealth } from '../component.ts';
import { contentHash } from '../hash.ts';
import { KINDS } from '../kinds.ts';
import { objectLabels, objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import type { Observed } from '../observed.ts';
import { container, podTemplate } from '../pods.ts';
import { influxdbLogins } from '../influxdb/logins.ts';
import { mongodbLogins } from '../mongodb/logins.ts';
import { postgresqlLogins } from '../postgresql/logins.ts';
import { managedServer } from '../postgresql/postgresql.ts';
import { rabbitmqLogins } from '../rabbitmq/logins.ts';
import { redisLogins } from '../redis/logins.ts';
import { STORE_USERS } from '../references.ts';
import { ROTATABLE_STORES } from '../secrets/rotation.ts';
import type { RotatableStore } from '../secrets/rotation.ts';
import { sqlServerLogins } from '../sql/logins.ts';
import { podTrouble } from '../workload-health.ts';
import { SETUP_PATH } from './setup.ts';
import type { LoginSetup } from './setup.ts';

export const STORE_LOGINS_COMPONENT = 'store-logins';

const RESOURCES = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } };

const SETUPS: Readonly<Record<RotatableStore, (platform: Platform) => LoginSetup>> = {
  redis: redisLogins,
  rabbitmq: rabbitmqLogins,
  postgresql: postgresqlLogins,
  mongodb: mongodbLogins,
  influxdb: influxdbLogins,
  sqlserver: sqlServerLogins,
};

/** The PostgreSQL of this platform may serve accounts, figures or both. */
const isManaged: Readonly<Record<RotatableStore, (platform: Pick<Platform, 'spec'>) => boolean>> = {
  redis: ({ spec }) => spec.stores.redis.managed !== undefined,
  rabbitmq: ({ spec }) => spec.stores.rabbitmq.managed !== undefined,
  postgresql: (platform) => managedServer(platform) !== undefined,
  mongodb: ({ spec }) => spec.stores.mongodb.managed !== undefined,
  influxdb: ({ spec }) => spec.stores.influxdb.managed !== undefined,
  sqlserver: ({ spec }) => spec.stores.sql.managed !== undefined && spec.stores.sql.engine === 'SQLServer',
};

/** Why the logins of a store cannot be rotated, with the remedy; undefined when they can. */
export function cannotRotateLogins(
  platform: Pick<Platform, 'spec'>,
  store: RotatableStore,
): string | undefined {
  return isManaged[store](platform)
    ? undefined
    : `${store} is not run by this platform: change its Secret, and services follow within a minute`;
}

/** The workloads that log in to a store with what is rotated. */
export function loginWorkloads({ spec }: Platform, store: RotatableStore): readonly WorkloadName[] {
  if (store === 'sqlserver') return STORE_USERS.sql;
  if (store !== 'postgresql') return STORE_USERS[store];
  const { sql, postgresql } = spec.stores;
  return [
    ...(sql.engine === 'PostgreSQL' && sql.managed !== undefined ? STORE_USERS.sql : []),
    ...(postgresql.managed === undefined ? [] : STORE_USERS.postgresql),
  ];
}

/** What is being set up now: for as long as logins are rotated; at all other times the store's own files have them. */
export const loginSetups = (platform: Platform): readonly LoginSetup[] =>
  ROTATABLE_STORES.filter((store) => platform.rotating.has(store) && isManaged[store](platform)).map(
    (store) => SETUPS[store](platform),
  );

/** Named by what they contain: other logins are another Job, with files that no node can hold in an older form. */
function setupObjects(platform: Platform, setup: LoginSetup): readonly [Secret, Job] {
  const { store, files, env = {}, secretEnv = {} } = setup;
  const name = `${objectName(platform, store)}-logins-${contentHash([setup, platform.images[setup.image]]).slice(0, 8)}`;
  const labels = objectLabels(platform, STORE_LOGINS_COMPONENT);
  const metadata = { name, namespace: platform.namespace, labels };
  const data = Object.entries(files).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const template = podTemplate(platform, {
    component: STORE_LOGINS_COMPONENT,
    volumes: [{ name: 'setup', secret: { secretName: name, defaultMode: 0o440 } }],
    containers: [
      container({
        name: 'set-logins',
        image: platform.images[setup.image],
        command: setup.command,
        env: [
          ...Object.entries(env).map(([key, value]) => ({ name: key, value })),
          ...Object.entries(secretEnv).map(([key, file]) => ({
            name: key,
            valueFrom: { secretKeyRef: { name, key: file } },
          })),
        ],
        mounts: [{ name: 'setup', mountPath: SETUP_PATH, readOnly: true }],
        resources: RESOURCES,
      }),
    ],
    spec: { restartPolicy: 'OnFailure' },
  });
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      type: 'Opaque',
      immutable: true,
      data: Object.fromEntries(data) as Record<string, string>,
    },
    // Retries with growing delay while a store restarts.
    { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { backoffLimit: 20, template } },
  ];
}

type SetupState = 'Done' | 'Failed' | 'Running';

function stateOf(platform: Platform, observed: Observed, setup: LoginSetup): SetupState {
  const [, { metadata }] = setupObjects(platform, setup);
  const job = observed.get(KINDS.job, metadata?.name ?? '') as unknown as Job | undefined;
  const has = (type: string) =>
    job?.status?.conditions?.some((c) => c.type === type && c.status === 'True') === true;
  return has('Complete') ? 'Done' : has('Failed') ? 'Failed' : 'Running';
}

/** Whether the running store has been told of the logins as they are kept now. */
export const loginsAreSet = (platform: Platform, observed: Observed, store: RotatableStore): boolean =>
  stateOf(platform, observed, SETUPS[store](platform)) === 'Done';

function health(platform: Platform, observed: Observed): ComponentHealth {
  const setups = loginSetups(platform);
  if (setups.length === 0) return DISABLED;
  const states = setups.map((setup) => ({ ...setup, state: stateOf(platform, observed, setup) }));
  const pending = states.filter(({ state }) => state !== 'Done');
  if (pending.length === 0) return { state: 'Ready', serving: true, reason: 'LoginsSet', message: '' };
  const stores = pending.map(({ store }) => store).join(', ');
  const pods = observed.ofComponent(KINDS.pod, STORE_LOGINS_COMPONENT) as unknown as readonly Pod[];
  const failed = pending.some(({ state }) => state === 'Failed');
  const trouble = podTrouble(pods) ?? (failed ? 'its Job has failed, and is tried again' : undefined);
  return trouble === undefined
    ? {
        state: 'Progressing',
        serving: true,
        reason: 'SettingLogins',
        message: `telling ${stores} of its logins`,
      }
    : {
        state: 'Degraded',
        serving: true,
        reason: 'LoginsNotSet',
        message: `logins of ${stores}: ${trouble}`,
      };
}

/** Tells running stores which logins to accept, while these are rotated: a store is never restarted for it. */
export const storeLogins: Component = {
  name: STORE_LOGINS_COMPONENT,
  condition: 'StoreLoginsSet',
  task: true,
  desired: (platform): KubeObject[] =>
    loginSetups(platform).flatMap((setup) => setupObjects(platform, setup).map((object) => manifest(object))),
  health,
};
