import type { Deployment } from 'kubernetes-types/apps/v1.d.ts';
import type { HorizontalPodAutoscaler, MetricSpec } from 'kubernetes-types/autoscaling/v2.d.ts';
import type { PodTemplateSpec, Service } from 'kubernetes-types/core/v1.d.ts';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts';
import type { EffectiveAutoscaling, WorkloadName } from '../../api/index.ts';
import type { KubeObject } from '../../runtime/index.ts';
import { manifest } from '../component.ts';
import { LABEL, objectLabels, objectName, selectorLabels } from '../labels.ts';
import type { Platform } from '../model.ts';
import { templateHash } from '../upgrade/restart.ts';

/** Stateless workload: a Deployment that never drops below its size, and what goes with its number of Pods. */
export function workloadObjects(
  platform: Platform,
  name: WorkloadName,
  template: PodTemplateSpec,
): KubeObject[] {
  const { replicas, autoscaling } = platform.spec.services[name];
  const several = (replicas ?? autoscaling?.minReplicas ?? 1) > 1;
  return [
    deployment(platform, name, template),
    ...(several ? [disruptionBudget(platform, name)] : []),
    ...(autoscaling === undefined ? [] : [autoscaler(platform, name, autoscaling)]),
  ];
}

function deployment(platform: Platform, name: WorkloadName, template: PodTemplateSpec): KubeObject {
  const { replicas } = platform.spec.services[name];
  const version = { [LABEL.version]: platform.versions[name] };
  return manifest<Deployment>({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: objectName(platform, name),
      namespace: platform.namespace,
      labels: { ...objectLabels(platform, name), ...version },
      annotations: templateHash(template),
    },
    spec: {
      // Left to the autoscaler when there is one: naming it here would fight it.
      ...(replicas === undefined ? {} : { replicas }),
      revisionHistoryLimit: 3,
      progressDeadlineSeconds: 300,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: selectorLabels(platform, name) },
      template,
    },
  });
}

function disruptionBudget(platform: Platform, name: WorkloadName): KubeObject {
  return manifest<PodDisruptionBudget>({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: objectName(platform, name),
      namespace: platform.namespace,
      labels: objectLabels(platform, name),
    },
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selectorLabels(platform, name) },
      // A Pod that does not serve protects nothing: let the drain take it.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
}

/** CPU always; what the spec names besides, where an adapter of the cluster serves it. */
function metricsOf(name: WorkloadName, autoscaling: EffectiveAutoscaling): MetricSpec[] {
  const { targetCPUPercent, targetConnections, targetQueueDepth } = autoscaling;
  const average = (value: number) => ({ type: 'AverageValue', averageValue: String(value) });
  const metrics: MetricSpec[] = [
    {
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: targetCPUPercent } },
    },
  ];
  if (targetConnections !== undefined) {
    metrics.push({
      type: 'Pods',
      pods: { metric: { name: 'gateway_connections' }, target: average(targetConnections) },
    });
  }
  if (targetQueueDepth !== undefined) {
    const selector = { matchLabels: { queue: `${name}.events` } };
    metrics.push({
      type: 'External',
      external: {
        metric: { name: 'rabbitmq_detailed_queue_messages', selector },
        target: average(targetQueueDepth),
      },
    });
  }
  return metrics;
}

function autoscaler(platform: Platform, name: WorkloadName, autoscaling: EffectiveAutoscaling): KubeObject {
  return manifest<HorizontalPodAutoscaler>({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: objectName(platform, name),
      namespace: platform.namespace,
      labels: objectLabels(platform, name),
    },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: objectName(platform, name) },
      minReplicas: autoscaling.minReplicas,
      maxReplicas: autoscaling.maxReplicas,
      metrics: metricsOf(name, autoscaling),
      // A Pod fewer means connections that move: not for a dip of a minute.
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 300,
          selectPolicy: 'Max',
          policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
        },
      },
    },
  });
}

/** Headless, so that DNS lists every Pod: Prometheus finds its targets without access to the API. */
export function metricsService(platform: Platform, component: string, port: number): KubeObject {
  return manifest<Service>({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `${objectName(platform, component)}-metrics`,
      namespace: platform.namespace,
      labels: objectLabels(platform, component),
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: selectorLabels(platform, component),
      ports: [{ name: 'metrics', port, targetPort: port, protocol: 'TCP' }],
    },
  });
}
