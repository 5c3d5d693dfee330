import type { KeyPair } from '../../cluster/pki/certificate-authority.ts';
import type { KubeObject } from '../../cluster/kubectl.ts';
import {
  SYSTEM_NAMESPACE,
  accountWithClusterRole,
  clusterRoleBinding,
  restrictedContainer,
  restrictedPod,
} from './objects.ts';

export interface MetricsServerOptions {
  image: string;
  /** Valid for `metrics-server.kube-system.svc`. */
  serving: KeyPair;
  /** Authority that has signed it, as PEM: the API server checks it. */
  authority: string;
}

const PORT = 10250;
const name = 'metrics-server';
const account = { name, namespace: SYSTEM_NAMESPACE };
const labels = { 'k8s-app': name };
/** The cluster's authority, which also signs the kubelet's certificate; every Pod has it. */
const CLUSTER_AUTHORITY = '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt';

/** Use of CPU and memory by Pods, for HorizontalPodAutoscalers and `kubectl top`. */
export function metricsServerObjects(options: MetricsServerOptions): KubeObject[] {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return [
    ...accountWithClusterRole(account, [
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ]),
    ...delegatedAccess(),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...account },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': base64(options.serving.certificate), 'tls.key': base64(options.serving.privateKey) },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...account, labels },
      spec: { selector: labels, ports: [{ name: 'https', port: 443, targetPort: 'https' }] },
    },
    deployment(options.image),
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        service: account,
        caBundle: base64(options.authority),
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
}

/** It asks the API server who its callers are and what they may do; the usual roles may read what it has. */
function delegatedAccess(): KubeObject[] {
  const rbac = 'rbac.authorization.k8s.io';
  const aggregated = ['view', 'edit', 'admin'].map((role) => [`${rbac}/aggregate-to-${role}`, 'true']);
  return [
    clusterRoleBinding(`chatplatform:${name}:auth-delegator`, 'system:auth-delegator', account),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { ...account },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'extension-apiserver-authentication-reader' },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: `chatplatform:${name}:reader`, labels: Object.fromEntries(aggregated) },
      rules: [
        { apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
      ],
    },
  ];
}

function deployment(image: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...account, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          priorityClassName: 'system-cluster-critical',
          securityContext: restrictedPod,
          containers: [
            {
              name,
              image,
              imagePullPolicy: 'IfNotPresent',
              args: [
                `--secure-port=${PORT}`,
                '--tls-cert-file=/etc/tls/tls.crt',
                '--tls-private-key-file=/etc/tls/tls.key',
                '--kubelet-preferred-address-types=InternalIP',
                `--kubelet-certificate-authority=${CLUSTER_AUTHORITY}`,
                // The shortest that it takes without ending in a panic.
                '--metric-resolution=15s',
              ],
              securityContext: restrictedContainer,
              ports: [{ name: 'https', containerPort: PORT }],
              // Ready with the first figures: until then the aggregated API would answer with errors.
              readinessProbe: {
                httpGet: { path: '/readyz', port: 'https', scheme: 'HTTPS' },
                periodSeconds: 5,
              },
              livenessProbe: {
                httpGet: { path: '/livez', port: 'https', scheme: 'HTTPS' },
                periodSeconds: 15,
                timeoutSeconds: 5,
                failureThreshold: 4,
              },
              resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } },
              volumeMounts: [{ name: 'tls', mountPath: '/etc/tls', readOnly: true }],
            },
          ],
          volumes: [{ name: 'tls', secret: { secretName: name, defaultMode: 0o440 } }],
        },
      },
    },
  };
}
