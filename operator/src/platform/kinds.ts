import type { ResourceRef } from '../runtime/index.ts';

const ref = (apiVersion: string, kind: string, plural: string): ResourceRef => ({
  apiVersion,
  kind,
  plural,
  namespaced: true,
});

/** The kinds a platform is made of. */
export const KINDS = {
  configMap: ref('v1', 'ConfigMap', 'configmaps'),
  secret: ref('v1', 'Secret', 'secrets'),
  service: ref('v1', 'Service', 'services'),
  persistentVolumeClaim: ref('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  pod: ref('v1', 'Pod', 'pods'),
  deployment: ref('apps/v1', 'Deployment', 'deployments'),
  statefulSet: ref('apps/v1', 'StatefulSet', 'statefulsets'),
  job: ref('batch/v1', 'Job', 'jobs'),
  ingress: ref('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  networkPolicy: ref('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  podDisruptionBudget: ref('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  horizontalPodAutoscaler: ref('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  httpRoute: ref('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes'),
  certificate: ref('cert-manager.io/v1', 'Certificate', 'certificates'),
  podMonitor: ref('monitoring.coreos.com/v1', 'PodMonitor', 'podmonitors'),
  prometheusRule: ref('monitoring.coreos.com/v1', 'PrometheusRule', 'prometheusrules'),
} as const satisfies Record<string, ResourceRef>;

/** Of CRDs that a cluster may lack. */
export const OPTIONAL_KINDS: ReadonlySet<ResourceRef> = new Set<ResourceRef>([
  KINDS.httpRoute,
  KINDS.certificate,
  KINDS.podMonitor,
  KINDS.prometheusRule,
]);

/** Those that every cluster has. */
export const BUILT_IN_KINDS: readonly ResourceRef[] = Object.values<ResourceRef>(KINDS).filter(
  (kind) => !OPTIONAL_KINDS.has(kind),
);
