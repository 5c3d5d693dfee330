import type { Job, JobSpec } from 'kubernetes-types/batch/v1.d.ts';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { manifest } from '../component.ts';
import type { Component, ComponentHealth } from '../component.ts';
import { contentHash } from '../hash.ts';
import { KINDS } from '../kinds.ts';
import { objectLabels, objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import type { Observed } from '../observed.ts';
import { blockedWorkloads } from '../references.ts';
import { container, podTemplate } from '../pods.ts';
import { podTrouble } from '../workload-health.ts';
import { SERVICES } from './definitions.ts';
import type { ServiceDefinition } from './definitions.ts';
import { settingsMounts } from './service.ts';

export const MIGRATIONS_COMPONENT = 'migrations';

/** Which service a migration belongs to. */
export const SERVICE_LABEL = 'chatplatform.dev/service';

const MIGRATION_RESOURCES = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } };

/** All that is missing is applied unless an older version still runs, which what contracts would break. */
const phaseEnv = ({ migration }: Platform) =>
  migration.phase === 'expand' ? [{ name: 'MIGRATION_PHASE', value: 'expand' }] : [];

function jobSpec(platform: Platform, service: ServiceDefinition): JobSpec {
  const settings = settingsMounts(platform, service);
  const template = podTemplate(platform, {
    component: MIGRATIONS_COMPONENT,
    labels: { [SERVICE_LABEL]: service.name },
    volumes: settings.volumes,
    containers: [
      container({
        name: 'migrate',
        image: platform.migration.images[service.name],
        command: ['node', 'src/migrate.ts'],
        env: [...settings.env, ...phaseEnv(platform)],
        mounts: settings.mounts,
        resources: MIGRATION_RESOURCES,
      }),
    ],
    spec: { restartPolicy: 'Never' },
  });
  return { backoffLimit: 4, activeDeadlineSeconds: 900, template };
}

/**
 * A Job's template is immutable, so its name carries a hash of the template and of the connections it is for:
 * another version, image or database is another Job, and the one that has run stays as the record of it.
 */
function migrationJob(platform: Platform, service: ServiceDefinition): KubeObject {
  const spec = jobSpec(platform, service);
  const hash = contentHash([spec, platform.migration.version, service.connections(platform)]).slice(0, 8);
  return manifest<Job>({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${objectName(platform, service.name)}-migrate-${hash}`,
      namespace: platform.namespace,
      labels: { ...objectLabels(platform, MIGRATIONS_COMPONENT), [SERVICE_LABEL]: service.name },
    },
    spec,
  });
}

/** A service whose settings cannot be written has nothing to migrate with: the others go on. */
const migrating = (platform: Platform) =>
  SERVICES.filter(({ name, migrates }) => migrates && !blockedWorkloads(platform.missing).has(name));

const hasCondition = (job: Job, type: string) =>
  job.status?.conditions?.some((c) => c.type === type && c.status === 'True') === true;

function failureOf(job: Job, pods: readonly Pod[]): string {
  const own = pods.filter((pod) => pod.metadata?.ownerReferences?.some((o) => o.uid === job.metadata?.uid));
  const last = own
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .flatMap((status) => status.state?.terminated ?? status.lastState?.terminated ?? [])
    .filter((ended) => ended.exitCode !== 0)
    .sort((a, b) => (String(a.finishedAt ?? '') < String(b.finishedAt ?? '') ? 1 : -1))[0];
  if (last?.message) return `exit code ${last.exitCode}: ${last.message.trim().slice(-600)}`;
  return podTrouble(own) ?? 'no log was left';
}

function health(platform: Platform, observed: Observed): ComponentHealth {
  const pods = observed.ofComponent(KINDS.pod, MIGRATIONS_COMPONENT) as unknown as readonly Pod[];
  const jobs = migrating(platform).map((service) => {
    const name = migrationJob(platform, service).metadata.name;
    return { service: service.name, job: observed.get(KINDS.job, name) as unknown as Job | undefined };
  });
  const done = jobs.filter(({ job }) => job !== undefined && hasCondition(job, 'Complete'));
  const ready = `${done.length}/${jobs.length}`;
  if (done.length === jobs.length)
    return { state: 'Ready', serving: true, reason: 'Migrated', message: '', ready };
  const trouble = jobs.flatMap(({ service, job }) => {
    if (job === undefined || hasCondition(job, 'Complete')) return [];
    if (!hasCondition(job, 'Failed') && (job.status?.failed ?? 0) === 0) return [];
    return `migration of ${service} failed: ${failureOf(job, pods)}`;
  });
  if (trouble.length > 0) {
    return {
      state: 'Degraded',
      serving: false,
      reason: 'MigrationFailed',
      message: trouble.join('; '),
      ready,
    };
  }
  const waiting = jobs.filter((entry) => !done.includes(entry)).map(({ service }) => service);
  return {
    state: 'Progressing',
    serving: false,
    reason: 'Migrating',
    message: `migrating ${waiting.join(', ')}`,
    ready,
  };
}

/**
 * The schemas of all services. Before a new version is rolled out they are expanded, so that both versions can work with
 * them; once no Pod of the older version is left, what only that one needed is taken away.
 */
export const migrations: Component = {
  name: MIGRATIONS_COMPONENT,
  condition: 'MigrationsComplete',
  task: true,
  desired: (platform) => migrating(platform).map((service) => migrationJob(platform, service)),
  health,
};
