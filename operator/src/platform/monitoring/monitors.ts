import { parse } from 'yaml';
import { SERVICE_NAMES } from '../../api/index.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { DISABLED } from '../component.ts';
import type { Component } from '../component.ts';
import { KINDS } from '../kinds.ts';
import { LABEL, objectLabels, objectName, selectorLabels } from '../labels.ts';
import type { Platform } from '../model.ts';
import { PROMETHEUS_RULES } from './assets.generated.ts';

const COMPONENT = 'monitors';

interface Endpoint {
  readonly port: string;
  /** What the rules and dashboards call these targets. */
  readonly job: string;
  readonly path?: string;
  readonly params?: Readonly<Record<string, readonly string[]>>;
}

/** Series bear the names that rules and dashboards ask for; the Prometheus Operator adds `namespace` and `pod` itself. */
const endpoint = (platform: Platform, { job, ...how }: Endpoint) => ({
  ...how,
  relabelings: [
    { targetLabel: 'job', replacement: job },
    { targetLabel: 'platform', replacement: platform.name },
    { targetLabel: 'component', sourceLabels: ['__meta_kubernetes_pod_label_app_kubernetes_io_component'] },
  ],
});

function object(
  platform: Platform,
  kind: typeof KINDS.podMonitor | typeof KINDS.prometheusRule,
  name: string,
  spec: object,
): KubeObject {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: {
      name: objectName(platform, name),
      namespace: platform.namespace,
      // The user's first: none of them may take the place of the operator's own.
      labels: { ...platform.spec.observability.monitors.labels, ...objectLabels(platform, COMPONENT) },
    },
    spec,
  };
}

function podMonitors(platform: Platform): KubeObject[] {
  const { [LABEL.component]: _, ...matchLabels } = selectorLabels(platform, '');
  const services = {
    selector: {
      matchLabels,
      matchExpressions: [{ key: LABEL.component, operator: 'In', values: [...SERVICE_NAMES] }],
    },
    podMetricsEndpoints: [endpoint(platform, { port: 'management', job: 'services' })],
  };
  const broker = {
    selector: { matchLabels: selectorLabels(platform, 'rabbitmq') },
    podMetricsEndpoints: [
      endpoint(platform, { port: 'metrics', job: 'rabbitmq' }),
      // Figures a queue are not in the plain answer, which sums over all of them.
      endpoint(platform, {
        port: 'metrics',
        job: 'rabbitmq-queues',
        path: '/metrics/detailed',
        params: { family: ['queue_coarse_metrics'] },
      }),
    ],
  };
  return [
    object(platform, KINDS.podMonitor, 'services', services),
    ...(platform.spec.stores.rabbitmq.managed === undefined
      ? []
      : [object(platform, KINDS.podMonitor, 'rabbitmq', broker)]),
  ];
}

/** For the Prometheus Operator: what to collect and what to warn of, where the cluster has its kinds. */
export const monitors: Component = {
  name: COMPONENT,
  condition: 'MonitorsReady',
  desired: (platform) => {
    if (!platform.spec.observability.monitors.enabled) return [];
    const { podMonitor, prometheusRule } = platform.cluster.serves;
    return [
      ...(podMonitor ? podMonitors(platform) : []),
      ...(prometheusRule
        ? [object(platform, KINDS.prometheusRule, 'alerts', parse(PROMETHEUS_RULES) as object)]
        : []),
    ];
  },
  // Nothing runs, so there is nothing to be healthy.
  health: () => DISABLED,
};
