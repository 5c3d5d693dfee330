import type { Component } from './component.ts';
import { configuration } from './configuration/configuration.ts';
import type { WorkloadName } from '../api/index.ts';
import { exposure } from './exposure/exposure.ts';
import { isWorkload } from './images.ts';
import { influxdb } from './influxdb/influxdb.ts';
import { mail } from './mail/mail.ts';
import { mongodb } from './mongodb/mongodb.ts';
import { dashboards } from './monitoring/dashboards.ts';
import { networkPolicies } from './network/policies.ts';
import { monitors } from './monitoring/monitors.ts';
import { jaeger } from './monitoring/jaeger.ts';
import { prometheus } from './monitoring/prometheus.ts';
import { objectStorage } from './object-storage/object-storage.ts';
import { postgresql } from './postgresql/postgresql.ts';
import { rabbitmq } from './rabbitmq/rabbitmq.ts';
import { redis } from './redis/redis.ts';
import { SERVICES } from './services/definitions.ts';
import { migrations } from './services/migrations.ts';
import { serviceComponent } from './services/service.ts';
import { sql } from './sql/sql.ts';
import { storeLogins } from './store-logins/store-logins.ts';
import { web } from './web/web.ts';

export interface Stage {
  /** For a person: `waits for stores`. */
  readonly name: string;
  readonly components: readonly Component[];
  /** Whether what comes later waits until all of this serves. */
  readonly gate: boolean;
}

/** Services in layers: each after the services it needs. */
function serviceStages(): Stage[] {
  const stages: Stage[] = [];
  const done = new Set<string>();
  let rest = SERVICES;
  while (rest.length > 0) {
    const layer = rest.filter(({ after }) => after.every((name) => done.has(name)));
    if (layer.length === 0)
      throw new TypeError(`services depend on each other in a circle: ${rest.map((s) => s.name).join(', ')}`);
    layer.forEach(({ name }) => done.add(name));
    rest = rest.filter(({ name }) => !done.has(name));
    stages.push({
      name: `services ${layer.map(({ name }) => name).join(', ')}`,
      components: layer.map(serviceComponent),
      gate: true,
    });
  }
  return stages;
}

/** The order in which a platform comes up, and in which a new version is rolled out. */
export const STAGES: readonly Stage[] = [
  { name: 'configuration', components: [configuration, networkPolicies, exposure], gate: false },
  { name: 'tools', components: [mail, jaeger, prometheus, dashboards, monitors], gate: false },
  {
    name: 'stores',
    components: [sql, postgresql, mongodb, influxdb, redis, rabbitmq, objectStorage, storeLogins],
    gate: true,
  },
  { name: 'migrations', components: [migrations], gate: true },
  ...serviceStages(),
  { name: 'edge', components: [web], gate: true },
];

export const COMPONENTS: readonly Component[] = STAGES.flatMap(({ components }) => components);

/** The order in which a new version reaches what has one: each after what it needs, one at a time. */
export const UPGRADE_ORDER: readonly WorkloadName[] = COMPONENTS.map(({ name }) => name).filter(isWorkload);
