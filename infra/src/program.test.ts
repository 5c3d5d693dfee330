import { beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import * as pulumi from '@pulumi/pulumi';
import { stackSettings } from './settings.ts';

interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const RELEASE = 'kubernetes:helm.sh/v3:Release';
const PLATFORM = 'kubernetes:chatplatform.dev/v1alpha1:ChatPlatform';
const registered: Registered[] = [];

beforeAll(async () => {
  // Mocks first, resource modules after: a resource registers with whatever runtime stands at its construction.
  await pulumi.runtime.setMocks({
    newResource: async (args) => {
      // A slow release: whoever does not wait for it is registered before it.
      if (args.type === RELEASE) await sleep(200);
      registered.push({ type: args.type, name: args.name, inputs: args.inputs as Record<string, unknown> });
      return { id: `${args.name}-id`, state: args.inputs as Record<string, unknown> };
    },
    call: (args) => args.inputs as Record<string, unknown>,
  });
  const { deploy } = await import('./program.ts');
  deploy(stackSettings.parse({ platform: { profile: 'Development' }, chartValues: { replicas: 2 } }));
  await pulumi.runtime.disconnect();
}, 60_000);

function only(type: string): Registered {
  const found = registered.filter((resource) => resource.type === type);
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${found.length} resources of type ${type}`);
  return found[0];
}

describe('the program', () => {
  test('installs the chart with the values of the stack', () => {
    expect(only(RELEASE).inputs).toMatchObject({
      chart: '../charts/chatplatform-operator',
      namespace: 'chatplatform-system',
      values: { replicas: 2 },
      atomic: true,
    });
  });

  test('applies the ChatPlatform after the operator, whose chart brings its kind', () => {
    expect(only(PLATFORM).inputs).toMatchObject({
      apiVersion: 'chatplatform.dev/v1alpha1',
      kind: 'ChatPlatform',
      metadata: { name: 'chat', namespace: 'chatplatform' },
      spec: { profile: 'Development' },
    });
    const order = registered.map((resource) => resource.type);
    expect(order.indexOf(PLATFORM)).toBeGreaterThan(order.indexOf(RELEASE));
  });

  test('both namespaces enforce restricted Pod security', () => {
    const namespaces = registered.filter((resource) => resource.type === 'kubernetes:core/v1:Namespace');
    expect(namespaces).toHaveLength(2);
    for (const namespace of namespaces)
      expect(namespace.inputs).toMatchObject({
        metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      });
  });
});
