import { beforeAll, describe, expect, test } from '@jest/globals';
import { NAMESPACE, only, PLATFORM, recordDeployment, type Registered, RELEASE } from './recording.ts';
import { stackSettings } from './settings.ts';

let registered: Registered[];

beforeAll(async () => {
  registered = await recordDeployment(
    stackSettings.parse({ platform: { profile: 'Development' }, chartValues: { replicas: 2 } }),
  );
}, 60_000);

describe('the program', () => {
  test('installs the chart with the values of the stack', () => {
    expect(only(registered, RELEASE).inputs).toMatchObject({
      chart: '../charts/chatplatform-operator',
      namespace: 'chatplatform-system',
      values: { replicas: 2 },
      atomic: true,
    });
  });

  test('applies the ChatPlatform after the operator, whose chart brings its kind', () => {
    expect(only(registered, PLATFORM).inputs).toMatchObject({
      apiVersion: 'chatplatform.dev/v1alpha1',
      kind: 'ChatPlatform',
      metadata: { name: 'chat', namespace: 'chatplatform' },
      spec: { profile: 'Development' },
    });
    const order = registered.map((resource) => resource.type);
    expect(order.indexOf(PLATFORM)).toBeGreaterThan(order.indexOf(RELEASE));
  });

  test('both namespaces enforce restricted Pod security', () => {
    const namespaces = registered.filter((resource) => resource.type === NAMESPACE);
    expect(namespaces).toHaveLength(2);
    for (const namespace of namespaces)
      expect(namespace.inputs).toMatchObject({
        metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      });
  });
});
