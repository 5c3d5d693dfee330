import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { KubeObject, ResourceRef } from '../src/runtime/object.ts';
import { CRDS, eventually, type TestApiServer } from './api-server.ts';

/** A custom resource for the tests of the runtime: it wants one ConfigMap a name to be greeted. */
export const GREETINGS: ResourceRef = {
  apiVersion: 'example.dev/v1',
  kind: 'Greeting',
  plural: 'greetings',
  namespaced: true,
};

const definitionFile = new URL('../example/greeting.yaml', import.meta.url);

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
  const definition = parse(await readFile(definitionFile, 'utf8')) as KubeObject;
  await server.client.apply(CRDS, definition, { fieldManager: 'test', force: true });
  await eventually('greetings are served', () =>
    server.client.list(GREETINGS).then(
      () => true,
      () => false,
    ),
  );
};
