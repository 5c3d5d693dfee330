import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NAMESPACES, connectTestApiServer } from '../../test/api-server.ts';
import type { TestApiServer } from '../../test/api-server.ts';
import { exampleNames, examplePlatform } from '../../test/platform-of.ts';
import type { KubeObject, ResourceRef } from '../runtime/index.ts';
import { KINDS } from './kinds.ts';
import { observedFrom } from './observed.ts';
import { COMPONENTS } from './rollout.ts';

let server: TestApiServer;
let namespace: string;

beforeAll(async () => {
  server = await connectTestApiServer();
  namespace = await server.namespace();
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await server.client.mergePatch(NAMESPACES, { namespace: '', name: namespace }, { metadata: { labels } });
}, 60_000);

afterAll(() => server.close());

/** Kinds whose CRDs a bare API server does not have. */
const FOREIGN: readonly string[] = [KINDS.httpRoute.kind, KINDS.certificate.kind];

const refOf = ({ kind }: KubeObject): ResourceRef => {
  const found = Object.values<ResourceRef>(KINDS).find((ref) => ref.kind === kind);
  if (found === undefined) throw new Error(`${kind} is not among the kinds of a platform`);
  return found;
};

const podOf = (object: KubeObject): KubeObject | undefined => {
  const { template } = (object['spec'] ?? {}) as { template?: { metadata: object; spec: object } };
  if (template === undefined) return undefined;
  const metadata = { ...template.metadata, name: object.metadata.name, namespace };
  return { ...template, apiVersion: 'v1', kind: 'Pod', metadata };
};

test('the namespace does refuse a Pod that is not restricted', async () => {
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'careless', namespace },
    spec: { containers: [{ name: 'careless', image: 'careless' }] },
  };
  await expect(server.client.create(KINDS.pod, pod, { dryRun: true })).rejects.toThrow('PodSecurity');
});

describe('the API server accepts, without dropping a field, the manifests of', () => {
  test.each(exampleNames())(
    '%s',
    async (file) => {
      const platform = { ...examplePlatform(file), namespace };
      const objects = COMPONENTS.flatMap((component) => component.desired(platform, observedFrom([])));
      for (const object of objects.filter(({ kind }) => !FOREIGN.includes(kind))) {
        // A server-side apply is strict about unknown fields by itself.
        const { object: stored } = await server.client.apply(refOf(object), object, {
          fieldManager: 'test',
          force: true,
          dryRun: true,
        });
        expect(stored.metadata.name).toBe(object.metadata.name);
        // Admission of the restricted standard looks at Pods, not at what makes them.
        const pod = podOf(object);
        if (pod !== undefined) await server.client.create(KINDS.pod, pod, { dryRun: true });
      }
      expect(objects.length).toBeGreaterThan(30);
    },
    30_000,
  );
});
