import { stringify } from 'yaml';
import { SERVICE_NAMES } from '../../api/index.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { DISABLED } from '../component.ts';
import type { Component } from '../component.ts';
import { componentConfigMap } from '../configuration/configuration.ts';
import { contentHash } from '../hash.ts';
import { objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { httpProbe } from '../pods.ts';
import { MANAGEMENT_PORT } from '../services/definitions.ts';
import { toolComponentObjects } from '../tool.ts';
import { deploymentHealth } from '../workload-health.ts';
import { PROMETHEUS_RULES } from './assets.generated.ts';

const COMPONENT = 'prometheus';
const CONFIG_PATH = '/etc/chatplatform/prometheus';

/** Targets by DNS: the Pods of a headless Service. So Prometheus needs neither a token nor rights on the API. */
function scrapeConfig(platform: Platform): string {
  const metricsName = (component: string) =>
    `${objectName(platform, component)}-metrics.${platform.namespace}.svc.${platform.cluster.dnsDomain}`;
  const componentOf = `${platform.name}-([^.]+?)-metrics[.].*`;
  const rabbitmq = `${objectName(platform, 'rabbitmq')}:15692`;
  return stringify({
    global: { scrape_interval: '15s', scrape_timeout: '10s' },
    rule_files: [`${CONFIG_PATH}/rules.yaml`],
    scrape_configs: [
      {
        job_name: 'services',
        dns_sd_configs: [
          {
            names: SERVICE_NAMES.map(metricsName),
            type: 'A',
            port: MANAGEMENT_PORT,
            refresh_interval: '15s',
          },
        ],
        relabel_configs: [
          { source_labels: ['__meta_dns_name'], regex: componentOf, target_label: 'component' },
        ],
      },
      ...(platform.spec.stores.rabbitmq.managed === undefined
        ? []
        : [
            {
              job_name: 'rabbitmq',
              metrics_path: '/metrics',
              static_configs: [{ targets: [rabbitmq], labels: { component: 'rabbitmq' } }],
            },
            {
              // Figures a queue are not in the plain answer, which sums over all of them.
              job_name: 'rabbitmq-queues',
              metrics_path: '/metrics/detailed',
              params: { family: ['queue_coarse_metrics'] },
              static_configs: [{ targets: [rabbitmq], labels: { component: 'rabbitmq' } }],
            },
          ]),
    ],
  });
}

function desired(platform: Platform): readonly KubeObject[] {
  if (!platform.spec.observability.prometheus.enabled) return [];
  const files = { 'prometheus.yml': scrapeConfig(platform), 'rules.yaml': PROMETHEUS_RULES };
  return [
    componentConfigMap(platform, COMPONENT, files),
    ...toolComponentObjects(platform, {
      component: COMPONENT,
      servicePorts: { http: 9090 },
      configHash: contentHash(files),
      volumes: [
        { name: 'config', configMap: { name: objectName(platform, COMPONENT), defaultMode: 0o444 } },
        { name: 'data', emptyDir: { sizeLimit: '1Gi' } },
      ],
      container: {
        image: platform.images.prometheus,
        args: [
          `--config.file=${CONFIG_PATH}/prometheus.yml`,
          '--storage.tsdb.path=/prometheus',
          '--storage.tsdb.retention.time=2d',
          '--web.listen-address=:9090',
        ],
        ports: { http: 9090 },
        mounts: [
          { name: 'config', mountPath: CONFIG_PATH, readOnly: true },
          { name: 'data', mountPath: '/prometheus' },
        ],
        resources: { requests: { cpu: '20m', memory: '64Mi' }, limits: { memory: '384Mi' } },
        readiness: httpProbe('http', '/-/ready', { periodSeconds: 3 }),
      },
    }),
  ];
}

/** A small Prometheus for one platform, with two days of memory. */
export const prometheus: Component = {
  name: COMPONENT,
  condition: 'PrometheusReady',
  desired,
  health: (platform, observed) =>
    platform.spec.observability.prometheus.enabled
      ? deploymentHealth(observed, COMPONENT, objectName(platform, COMPONENT))
      : DISABLED,
};
