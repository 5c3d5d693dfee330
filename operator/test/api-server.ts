import { randomUUID } from 'node:crypto';
import { loadKubeconfig } from '../src/runtime/transport/kubeconfig.ts';
import { KubernetesApiClient } from '../src/runtime/client/api-client.ts';
import { systemClock } from '../src/runtime/clock.ts';
import type { KubeObject, ResourceRef } from '../src/runtime/object.ts';
import { isNotFound } from '../src/runtime/errors.ts';
import type { ClusterAccess } from '../src/runtime/transport/access.ts';
import { HttpTransport } from '../src/runtime/transport/http-transport.ts';

export const NAMESPACES: ResourceRef = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};
export const CONFIG_MAPS: ResourceRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
export const SECRETS: ResourceRef = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };
export const DEPLOYMENTS: ResourceRef = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};
export const CRDS: ResourceRef = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

/** A real API server to test against, with a client that is not the operator's. */
export interface TestApiServer {
  access: ClusterAccess;
  kubeconfig: string;
  client: KubernetesApiClient;
  transport: HttpTransport;
  /** Makes a namespace of its own for a test; it is left behind. */
  namespace(): Promise<string>;
  close(): Promise<void>;
}

/** The API server of `given` or `KUBECONFIG_TEST`; when both are unset, one of its own with the usual controllers. */
export const connectTestApiServer = async (
  given: string | undefined = process.env['KUBECONFIG_TEST'],
): Promise<TestApiServer> => {
  if (given) return connect(given, () => Promise.resolve());
  const { startControlPlane } = await import('../../infra/local/src/cluster/control-plane.ts');
  const plane = await startControlPlane({
    controllers: ['garbage-collector-controller', 'namespace-controller'],
  });
  plane.failed.catch(() => undefined);
  return connect(plane.kubeconfig, () => plane.stop());
};

const connect = async (kubeconfig: string, stop: () => Promise<void>): Promise<TestApiServer> => {
  const access = await loadKubeconfig(kubeconfig, systemClock);
  const transport = new HttpTransport({ access, clock: systemClock, random: Math.random });
  const client = new KubernetesApiClient(transport);
  return {
    access,
    kubeconfig,
    client,
    transport,
    namespace: async () => {
      const name = `test-${randomUUID().slice(0, 8)}`;
      await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      return name;
    },
    // What a test has made goes with the API server: deleting it would cost as much as making it.
    close: async () => {
      transport.close();
      await stop();
    },
  };
};

const POLL_MS = 50;

/** Waits until `look` answers something other than undefined or false. */
export const eventually = async <T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 60_000,
): Promise<T> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

/** The object, or undefined when there is none. */
export const lookUp = async (
  { client }: TestApiServer,
  resource: ResourceRef,
  namespace: string,
  name: string,
): Promise<KubeObject | undefined> => {
  try {
    return await client.get(resource, { namespace, name });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
};
