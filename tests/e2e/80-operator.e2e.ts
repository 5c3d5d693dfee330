import { describe, expect, test } from '@jest/globals';
import { eventually } from './support/eventually.ts';
import { getJson, kubectl, kubectlApply } from './support/kubectl.ts';
import { target } from './support/target.ts';

const chatPlatform = (spec: object, name = 'wrong') => ({
  apiVersion: 'chatplatform.dev/v1alpha1',
  kind: 'ChatPlatform',
  metadata: { name, namespace: target.namespace },
  spec,
});

describe('a wrong ChatPlatform is refused with the field', () => {
  test.each([
    ['an unknown field', { replicaz: 3 }, 'spec.replicaz'],
    ['negative replicas', { services: { chat: { replicas: -1 } } }, 'spec.services.chat.replicas'],
    ['a bad hostname', { hostname: 'http://chat.example.org/' }, 'spec.hostname'],
    [
      'a store both managed and external',
      {
        stores: {
          redis: { managed: {}, external: { host: 'redis.example.org', secretRef: { name: 'redis' } } },
        },
      },
      'spec.stores.redis',
    ],
  ])('%s', async (_, spec, field) => {
    const applied = await kubectlApply(chatPlatform(spec));
    expect(applied.code).not.toBe(0);
    expect(applied.output).toContain(field);
  });
});

test('a Deployment deleted by hand returns and serves', async () => {
  const name = `${target.name}-chat`;
  const before = await getJson<{ metadata: { uid: string } }>('deployment', name, '-n', target.namespace);
  await kubectl('delete', 'deployment', name, '-n', target.namespace, '--wait=false');
  const after = await eventually('the Deployment', async () => {
    const found = await getJson<{ metadata: { uid: string }; status: { readyReplicas?: number } }>(
      'deployment',
      name,
      '-n',
      target.namespace,
    );
    return found.metadata.uid !== before.metadata.uid && (found.status.readyReplicas ?? 0) > 0
      ? found
      : undefined;
  });
  expect(after.metadata.uid).not.toBe(before.metadata.uid);
});

test('kubectl shows readiness, version, address and age, by the short name', async () => {
  const table = await kubectl('get', 'chp', '-n', target.namespace);
  expect(table.split('\n')[0]?.split(/\s+/)).toEqual(
    expect.arrayContaining(['READY', 'VERSION', 'URL', 'AGE']),
  );
  expect(table).toContain(target.url);
});
