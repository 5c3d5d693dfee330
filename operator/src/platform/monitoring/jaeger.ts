import { DISABLED } from '../component.ts';
import type { Component } from '../component.ts';
import { objectName } from '../labels.ts';
import { isDevelopment } from '../model.ts';
import type { Platform } from '../model.ts';
import { httpProbe } from '../pods.ts';
import { toolComponentObjects } from '../tool.ts';
import { deploymentHealth } from '../workload-health.ts';

const COMPONENT = 'jaeger';

const wanted = (platform: Platform) =>
  isDevelopment(platform) && platform.spec.observability.tracing.endpoint === undefined;

const ENV = Object.entries({
  COLLECTOR_OTLP_ENABLED: 'true',
  // Held in memory: bounded, or it would end as an out-of-memory kill.
  MEMORY_MAX_TRACES: '20000',
}).map(([name, value]) => ({ name, value }));

/** Takes and shows the traces of profile Development, unless they go to an endpoint of the user's. */
export const jaeger: Component = {
  name: COMPONENT,
  condition: 'JaegerReady',
  desired: (platform) => {
    if (!wanted(platform)) return [];
    return toolComponentObjects(platform, {
      component: COMPONENT,
      servicePorts: { 'otlp-http': 4318, 'otlp-grpc': 4317, ui: 16686 },
      container: {
        image: platform.images.jaeger,
        ports: { 'otlp-http': 4318, 'otlp-grpc': 4317, ui: 16686, admin: 14269 },
        env: ENV,
        resources: { requests: { cpu: '20m', memory: '48Mi' }, limits: { memory: '384Mi' } },
        readiness: httpProbe('admin', '/', { periodSeconds: 3 }),
      },
    });
  },
  health: (platform, observed) =>
    wanted(platform) ? deploymentHealth(observed, COMPONENT, objectName(platform, COMPONENT)) : DISABLED,
};
