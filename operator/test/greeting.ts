import type { KubeObject, ResourceRef } from '../src/runtime/object.ts';
import { CRDS, eventually, type TestApiServer } from './api-server.ts';

/** A custom resource for the tests of the runtime: it wants one ConfigMap a name to be greeted. */
export const GREETINGS: ResourceRef = {
  apiVersion: 'example.dev/v1',
  kind: 'Greeting',
  plural: 'greetings',
  namespaced: true,
};

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        names: { type: 'array', items: { type: 'string' } },
        text: { type: 'string', default: 'hello' },
      },
    },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

const definition: KubeObject = {
  apiVersion: CRDS.apiVersion,
  kind: CRDS.kind,
  metadata: { name: 'greetings.example.dev' },
  spec: {
    group: 'example.dev',
    scope: 'Namespaced',
    names: { kind: 'Greeting', plural: 'greetings', singular: 'greeting' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema },
      },
    ],
  },
};

export interface GreetingSpec {
  names: string[];
  text?: string;
}

export const specOfGreeting = (object: KubeObject): GreetingSpec => object['spec'] as GreetingSpec;

export const greeting = (namespace: string, name: string, spec: GreetingSpec): KubeObject => ({
  apiVersion: GREETINGS.apiVersion,
  kind: GREETINGS.kind,
  metadata: { namespace, name },
  spec,
});

/** Installs the definition, once for all tests that share an API server. */
export const installGreetings = async (server: TestApiServer): Promise<void> => {
  await server.client.apply(CRDS, definition, { fieldManager: 'test', force: true });
  await eventually('greetings are served', () =>
    server.client.list(GREETINGS).then(
      () => true,
      () => false,
    ),
  );
};
