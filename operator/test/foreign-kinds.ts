import { KINDS } from '../src/platform/kinds.ts';
import type { KubeObject, ResourceRef } from '../src/runtime/index.ts';
import { CRDS, eventually, type TestApiServer } from './api-server.ts';

const definitionOf = ({ apiVersion, kind, plural }: ResourceRef): KubeObject => {
  const [group = '', version = ''] = apiVersion.split('/');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // The API server keeps *.k8s.io to Kubernetes itself, unless somebody vouches for it.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, a stand-in of a test' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      ],
    },
  };
};

/** Installs CRDs of these kinds that take anything. */
export async function installStandIns(
  { client }: TestApiServer,
  resources: readonly ResourceRef[],
): Promise<void> {
  for (const resource of resources) {
    await client.apply(CRDS, definitionOf(resource), { fieldManager: 'test', force: true });
    await eventually(`${resource.plural} are served`, () =>
      client.list(resource, { limit: 1 }).then(
        () => true,
        () => false,
      ),
    );
  }
}

/** Installs stand-ins for the kinds of Gateway API and cert-manager. */
export const installForeignKinds = (server: TestApiServer): Promise<void> =>
  installStandIns(server, [KINDS.httpRoute, KINDS.certificate]);

/** And of the Prometheus Operator. */
export const installMonitorKinds = (server: TestApiServer): Promise<void> =>
  installStandIns(server, [KINDS.podMonitor, KINDS.prometheusRule]);
