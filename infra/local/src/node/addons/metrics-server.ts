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
  /** Certificate for `metrics-server.kube-system.svc`, and the authority that signed it. */
  serving: KeyPair;
  authority: string;
}

const name = 'metrics-server';
const labels = { 'k8s-app': name };
const account = { name, namespace: SYSTEM_NAMESPACE };
const SECURE_PORT = 10250;

/** The resource metrics API: `kubectl top` and horizontal Pod autoscalers. */
export function metricsServerObjects(options: MetricsServerOptions): KubeObject[] {
  return [
    ...accountWithClusterRole(account, [
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ]),
    clusterRoleBinding(`chatplatform:${name}:auth-delegator`, 'system:auth-delegator', account),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: `${name}-auth-reader`, namespace: SYSTEM_NAMESPACE },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Role',
        name: 'extension-apiserver-authentication-reader',
      },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name: `${name}-tls`, namespace: SYSTEM_NAMESPACE },
      stringData: { 'tls.crt': options.serving.certificate, 'tls.key': options.serving.privateKey },
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
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { ...account },
        caBundle: Buffer.from(options.authority, 'utf8').toString('base64'),
      },
    },
  ];
}

function deployment(image: string): KubeObject {
  const probe = (path: string) => ({ httpGet: { path, port: 'https', scheme: 'HTTPS' } });
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
                `--secure-port=${SECURE_PORT}`,
                '--tls-cert-file=/etc/metrics-server/tls.crt',
                '--tls-private-key-file=/etc/metrics-server/tls.key',
                '--kubelet-preferred-address-types=InternalIP',
                '--kubelet-use-node-status-port',
                // The authority every namespace is given to check the API server by; it has signed the kubelet too.
                '--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
                // Shorter than its scrape timeout of 10 s it ends with a panic.
                '--metric-resolution=15s',
              ],
              ports: [{ name: 'https', containerPort: SECURE_PORT }],
              securityContext: restrictedContainer,
              readinessProbe: { ...probe('/readyz'), periodSeconds: 10 },
              livenessProbe: { ...probe('/livez'), periodSeconds: 15 },
              resources: { requests: { cpu: '20m', memory: '40Mi' }, limits: { memory: '160Mi' } },
              volumeMounts: [{ name: 'tls', mountPath: '/etc/metrics-server', readOnly: true }],
            },
          ],
          volumes: [{ name: 'tls', secret: { secretName: `${name}-tls`, defaultMode: 0o440 } }],
        },
      },
    },
  };
}
