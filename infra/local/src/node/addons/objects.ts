import type { KubeObject } from '../../cluster/kubectl.ts';

export const SYSTEM_NAMESPACE = 'kube-system';

/** What containers of the node's own Pods may do: nothing. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
} as const;

export const restrictedPod = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  fsGroup: 65532,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;

export interface Rule {
  apiGroups: readonly string[];
  resources: readonly string[];
  verbs: readonly string[];
}

export interface Account {
  name: string;
  namespace: string;
}

/** A service account with a cluster role of its own. */
export function accountWithClusterRole(account: Account, rules: readonly Rule[]): KubeObject[] {
  const name = `chatplatform:${account.name}`;
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...account } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules },
    clusterRoleBinding(name, name, account),
  ];
}

export function clusterRoleBinding(name: string, role: string, account: Account): KubeObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  };
}
