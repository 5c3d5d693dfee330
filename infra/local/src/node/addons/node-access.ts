import type { KubeObject } from '../../cluster/kubectl.ts';

/** Lets the API server speak to the kubelet: logs, exec, port-forward. */
export const nodeAccess: readonly KubeObject[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'chatplatform-apiserver-to-kubelet' },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'system:kubelet-api-admin',
    },
    subjects: [
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'kube-apiserver-kubelet-client' },
    ],
  },
];
