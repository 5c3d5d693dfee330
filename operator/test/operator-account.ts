import { z } from 'zod';
import { clusterRules, leaderElectionRules } from '../src/rbac.ts';
import type { PolicyRule } from '../src/rbac.ts';
import type { ClusterAccess, ResourceRef } from '../src/runtime/index.ts';
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
const namespaced = (kind: string, plural: string): ResourceRef => ({
  ...cluster(kind, plural),
  namespaced: true,
});

const CLUSTER_ROLES = cluster('ClusterRole', 'clusterroles');
const CLUSTER_ROLE_BINDINGS = cluster('ClusterRoleBinding', 'clusterrolebindings');
const ROLES = namespaced('Role', 'roles');
const ROLE_BINDINGS = namespaced('RoleBinding', 'rolebindings');

const tokenSchema = z.object({ status: z.object({ token: z.string() }) });

/** A service account with these rights and no other. Both are named after the namespace, and so do not meet others'. */
class Account {
  readonly #server: TestApiServer;
  readonly #namespace: string;

  constructor(server: TestApiServer, namespace: string) {
    this.#server = server;
    this.#namespace = namespace;
  }

  async make(): Promise<void> {
    await this.#apply(SERVICE_ACCOUNTS, this.#name(), {});
  }

  async grant(purpose: string, rules: readonly PolicyRule[], scope: 'namespace' | 'cluster'): Promise<void> {
    const name = `${this.#name()}-${purpose}`;
    const [role, binding] =
      scope === 'cluster' ? [CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS] : [ROLES, ROLE_BINDINGS];
    await this.#apply(role, name, { rules });
    await this.#apply(binding, name, {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name },
      subjects: [{ kind: 'ServiceAccount', name: this.#name(), namespace: this.#namespace }],
    });
  }

  async token(): Promise<string> {
    const { body } = await this.#server.transport.send({
      method: 'POST',
      path: `/api/v1/namespaces/${this.#namespace}/serviceaccounts/${this.#name()}/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
      idempotent: false,
      verb: 'create',
      resource: 'serviceaccounts/token',
    });
    return tokenSchema.parse(body).status.token;
  }

  #name(): string {
    return `operator-${this.#namespace}`;
  }

  async #apply(resource: ResourceRef, name: string, object: Record<string, unknown>): Promise<void> {
    const { apiVersion, kind } = resource;
    const metadata = { name, ...(resource.namespaced ? { namespace: this.#namespace } : {}) };
    await this.#server.client.apply(
      resource,
      { apiVersion, kind, metadata, ...object },
      { fieldManager: 'test', force: true },
    );
  }
}

/** As the chart binds them: nodes belong to no namespace, the lease is in the operator's own. */
async function chartAccount(
  server: TestApiServer,
  namespace: string,
  scope: 'namespace' | 'cluster',
): Promise<Account> {
  const account = new Account(server, namespace);
  await account.make();
  await account.grant('platforms', clusterRules.platforms, scope);
  await account.grant('nodes', clusterRules.nodes, 'cluster');
  await account.grant('leader-election', leaderElectionRules, 'namespace');
  return account;
}

/**
 * Access with the rights of the chart's roles and no other: a verb that is missing there fails here. The roles stay
 * with the throw-away control plane.
 */
export async function operatorAccess(server: TestApiServer, namespace: string): Promise<ClusterAccess> {
  const account = await chartAccount(server, namespace, 'cluster');
  const token = await account.token();
  const { clientCertificate: _, ...access } = server.access;
  return { ...access, token: { get: () => Promise.resolve(token), invalidate: () => undefined } };
}

/** The same for a process of its own. */
export async function operatorKubeconfig(
  server: TestApiServer,
  namespace: string,
  scope: 'namespace' | 'cluster',
): Promise<string> {
  const token = await (await chartAccount(server, namespace, scope)).token();
  const { server: url, ca = '' } = server.access;
  return JSON.stringify({
    'current-context': 'operator',
    contexts: [{ name: 'operator', context: { cluster: 'test', user: 'operator', namespace } }],
    clusters: [
      {
        name: 'test',
        cluster: {
          server: url.href,
          'certificate-authority-data': Buffer.from(ca).toString('base64'),
        },
      },
    ],
    users: [{ name: 'operator', user: { token } }],
  });
}
