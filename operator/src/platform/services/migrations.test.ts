import { describe, expect, test } from '@jest/globals';
import { platformOf } from '../../../test/platform-of.ts';
import type { ChatPlatformSpec } from '../../api/index.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { objectLabels } from '../labels.ts';
import { observedFrom } from '../observed.ts';
import { jobsToRetry } from '../failed-jobs.ts';
import { MIGRATIONS_COMPONENT, migrations } from './migrations.ts';

const platform = platformOf({});
const jobs = migrations.desired(platform, observedFrom([]));
const names = (spec: ChatPlatformSpec) =>
  migrations.desired(platformOf(spec), observedFrom([])).map(({ metadata }) => metadata.name);

const ended = (
  job: KubeObject,
  type: 'Complete' | 'Failed',
  lastTransitionTime = '2026-01-01T00:00:00Z',
) => ({
  ...job,
  metadata: { ...job.metadata, uid: job.metadata.name },
  status: { conditions: [{ type, status: 'True', lastTransitionTime }] },
});

const podOf = (job: KubeObject, message: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `${job.metadata.name}-x`,
    labels: objectLabels({ name: 'demo' }, 'migrations'),
    ownerReferences: [
      { apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name, uid: job.metadata.name },
    ],
  },
  status: {
    containerStatuses: [{ name: 'migrate', state: { terminated: { exitCode: 1, message } } }],
  },
});

describe('migrations', () => {
  test('are Jobs of every service that has a schema', () => {
    const services = jobs.map(({ metadata }) => metadata.labels?.['chatplatform.dev/service']);
    expect(services).toEqual(['auth', 'user', 'chat', 'media', 'analytics', 'notification']);
  });

  test('run again for another version or database, and for nothing else', () => {
    const before = names({});
    expect(names({ services: { chat: { replicas: 3 } }, auth: { accessTokenLifetime: '5m' } })).toEqual(
      before,
    );
    const upgraded = names({ version: '0.2.0' });
    expect(upgraded.filter((name) => before.includes(name))).toEqual([]);
    const external = { host: 'db.example.org', secretRef: { name: 'db' } };
    const moved = names({ stores: { postgresql: { external } } });
    expect(moved.filter((name) => !before.includes(name))).toHaveLength(1);
  });

  test('are done when all are complete', () => {
    const health = migrations.health(platform, observedFrom(jobs.map((job) => ended(job, 'Complete'))));
    expect(health).toMatchObject({ state: 'Ready', ready: '6/6' });
  });

  test('a failure is told with the last lines of its log', () => {
    const [auth, ...others] = jobs.map((job) => ended(job, 'Complete'));
    const failed = ended(auth as KubeObject, 'Failed');
    const observed = observedFrom([failed, podOf(failed, 'relation "users" already exists'), ...others]);
    const health = migrations.health(platform, observed);
    expect(health).toMatchObject({ state: 'Degraded', reason: 'MigrationFailed', ready: '5/6' });
    expect(health.message).toBe('migration of auth failed: exit code 1: relation "users" already exists');
  });

  test('those that failed are tried again after a while', () => {
    const failed = ended(jobs[0] as KubeObject, 'Failed', '2026-01-01T00:00:00Z');
    const at = (time: string) =>
      jobsToRetry([MIGRATIONS_COMPONENT], observedFrom([failed]), Date.parse(time)).length;
    expect(at('2026-01-01T00:00:30Z')).toBe(0);
    expect(at('2026-01-01T00:01:00Z')).toBe(1);
  });

  test('a service that waits for a Secret holds up no other', () => {
    const spec: ChatPlatformSpec = {
      push: { enabled: true, fcm: { credentialsSecretRef: { name: 'fcm' } } },
    };
    const waiting = platformOf(spec, { references: new Map() });
    const names = migrations.desired(waiting, observedFrom([])).map(({ metadata }) => metadata.name);
    expect(names).toHaveLength(5);
    expect(names.join()).not.toContain('notification');
  });
});
