import { writeFile } from 'node:fs/promises';
import { clusterRules, leaderElectionRules } from '@chatplatform/operator/rbac';
import type { KubernetesApiClient } from '@chatplatform/operator/runtime/client/api-client';
import type { KubeObject, ResourceRef } from '@chatplatform/operator/runtime/object';
import type { HttpTransport } from '@chatplatform/operator/runtime/transport/http-transport';
import { stringify } from 'yaml';
import { z } from 'zod';

const NAMESPACE = 'chatplatform-operator';
const NAME = 'operator';
/** As the audit log names it. */
export const OPERATOR_USER = `system:serviceaccount:${NAMESPACE}:${NAME}`;
/** Where its lease lives. */
export const OPERATOR_NAMESPACE = NAMESPACE;

const TOKEN_SECONDS = 24 * 3600;
const tokenSchema = z.object({ status: z.object({ token: z.string() }) });

const RBAC = 'rbac.authorization.k8s.io/v1';
const resource = (apiVersion: string, kind: string, namespaced: boolean): ResourceRef => ({
  apiVersion,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced,
});
export const NAMESPACES = resource('v1', 'Namespace', false);

export interface AccountOptions {
  readonly client: KubernetesApiClient;
  readonly transport: HttpTransport;
  /** Of the API server. */
  readonly url: string;
  /** PEM. */
  readonly authority: string;
  /** Where the kubeconfig is written. */
  readonly file: string;
}

/** The operator's account with the rights that its chart gives it, and a kubeconfig for it. */
export async function createOperatorAccount(options: AccountOptions): Promise<void> {
  const { client, transport } = options;
  const metadata = { name: NAME, namespace: NAMESPACE };
  const create = (kind: ResourceRef, object: Partial<KubeObject>) =>
    client.create(kind, { apiVersion: kind.apiVersion, kind: kind.kind, metadata, ...object });
  const subjects = [{ kind: 'ServiceAccount', ...metadata }];
  const grant = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: NAME });

  await create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await create(resource('v1', 'ServiceAccount', true), {});
  const everywhere = { metadata: { name: `${NAMESPACE}-${NAME}` } };
  await create(resource(RBAC, 'ClusterRole', false), {
    ...everywhere,
    rules: [...clusterRules.platforms, ...clusterRules.nodes],
  });
  await create(resource(RBAC, 'ClusterRoleBinding', false), {
    ...everywhere,
    roleRef: { ...grant('ClusterRole'), name: everywhere.metadata.name },
    subjects,
  });
  await create(resource(RBAC, 'Role', true), { rules: [...leaderElectionRules] });
  await create(resource(RBAC, 'RoleBinding', true), { roleRef: grant('Role'), subjects });
  await writeFile(options.file, kubeconfigOf(options, await requestToken(transport)), { mode: 0o600 });
}

async function requestToken(transport: HttpTransport): Promise<string> {
  const { body } = await transport.send({
    method: 'POST',
    path: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${NAME}/token`,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: TOKEN_SECONDS },
    },
    idempotent: false,
    verb: 'create',
    resource: 'serviceaccounts/token',
  });
  return tokenSchema.parse(body).status.token;
}

const kubeconfigOf = ({ url, authority }: AccountOptions, token: string): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'operator', namespace: NAMESPACE } }],
    clusters: [
      {
        name: 'bench',
        cluster: {
          server: url,
          'certificate-authority-data': Buffer.from(authority).toString('base64'),
        },
      },
    ],
    users: [{ name: 'operator', user: { token } }],
  });
