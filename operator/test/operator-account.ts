import { z } from 'zod';
import { clusterRules } from '../src/rbac.ts';
import type { ClusterAccess, KubeObject, ResourceRef } from '../src/runtime/index.ts';
import type { TestApiServer } from './api-server.ts';

const cluster = (kind: string, plural: string): ResourceRef => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  plural,
  namespaced: false,
});
const SERVICE_ACCOUNTS: ResourceRef = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};
const CLUSTER_ROLES = cluster('ClusterRole', 'clusterroles');
const CLUSTER_ROLE_BINDINGS = cluster('ClusterRoleBinding', 'clusterrolebindings');

const tokenSchema = z.object({ status: z.object({ token: z.string() }) });

/** A token of a ServiceAccount that is there. */
export async function accountToken(
  server: TestApiServer,
  { namespace, name }: { namespace: string; name: string },
): Promise<string> {
  const { body } = await server.transport.send({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    idempotent: false,
    verb: 'create',
    resource: 'serviceaccounts/token',
  });
  return tokenSchema.parse(body).status.token;
}

/**
 * Access with the rights of the chart's roles and no other: a verb that is missing there fails here. The roles are
 * named after the namespace and stay with the throw-away control plane.
 */
export async function operatorAccess(server: TestApiServer, namespace: string): Promise<ClusterAccess> {
  const name = `operator-${namespace}`;
  const apply = (resource: ResourceRef, object: Omit<KubeObject, 'apiVersion' | 'kind' | 'metadata'>) =>
    server.client.apply(
      resource,
      {
        apiVersion: resource.apiVersion,
        kind: resource.kind,
        metadata: { name, ...(resource.namespaced ? { namespace } : {}) },
        ...object,
      },
      { fieldManager: 'test', force: true },
    );
  await apply(SERVICE_ACCOUNTS, {});
  await apply(CLUSTER_ROLES, { rules: [...clusterRules.platforms, ...clusterRules.nodes] });
  await apply(CLUSTER_ROLE_BINDINGS, {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  const token = await accountToken(server, { namespace, name });
  const { clientCertificate: _, ...access } = server.access;
  return { ...access, token: { get: () => Promise.resolve(token), invalidate: () => undefined } };
}
