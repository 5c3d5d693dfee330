import { GROUP, PLURAL } from './api/index.ts';
import { KINDS } from './platform/kinds.ts';
import type { ResourceRef } from './runtime/index.ts';

/** A PolicyRule of Kubernetes RBAC. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const groupOf = ({ apiVersion }: ResourceRef) =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';

/** Watched and kept as they should be: server-side apply is a patch, and needs create where nothing is yet. */
const OWNED = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

const VERBS: ReadonlyMap<ResourceRef, readonly string[]> = new Map<ResourceRef, readonly string[]>([
  // Only looked at: their controllers make and remove them.
  [KINDS.pod, ['list', 'watch']],
  // The credentials are replaced, not patched: so that the change of another is never overwritten.
  [KINDS.secret, [...OWNED, 'update']],
]);

const ownedRules: readonly PolicyRule[] = Object.values<ResourceRef>(KINDS).map((kind) => ({
  apiGroups: [groupOf(kind)],
  resources: [kind.plural],
  verbs: VERBS.get(kind) ?? OWNED,
}));

/** What the operator may do, and nothing else: the chart's roles are generated from here. */
export const clusterRules = {
  /** Bound in the watched namespace, or in the whole cluster when all are watched. */
  platforms: [
    { apiGroups: [GROUP], resources: [PLURAL], verbs: ['get', 'list', 'watch', 'patch'] },
    { apiGroups: [GROUP], resources: [`${PLURAL}/status`], verbs: ['patch'] },
    // Where the API server checks who may block an owner's deletion, owner references need this.
    { apiGroups: [GROUP], resources: [`${PLURAL}/finalizers`], verbs: ['update'] },
    ...ownedRules,
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  ] satisfies readonly PolicyRule[],
  /** Nodes belong to no namespace. Only their addresses are read, for the URL of a NodePort without a hostname. */
  nodes: [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }] satisfies readonly PolicyRule[],
};

/** In the operator's own namespace. */
export const leaderElectionRules: readonly PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
];

/** What keeping the webhook's certificate takes. The names are those of the installation. */
export const webhookRules = (names: { configuration: string; secret: string }) => ({
  /** In the whole cluster: the configuration belongs to no namespace. */
  configuration: [
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['validatingwebhookconfigurations'],
      resourceNames: [names.configuration],
      verbs: ['get', 'patch'],
    },
  ] satisfies readonly PolicyRule[],
  /** In the operator's own namespace. A name cannot restrict what is not there yet. */
  certificate: [
    { apiGroups: [''], resources: ['secrets'], resourceNames: [names.secret], verbs: ['get', 'update'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  ] satisfies readonly PolicyRule[],
});
