import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { fieldChanges } from './diff.ts';

const object = (kind: string, rest: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'demo', ...metadata },
  ...rest,
});

const deployment = (containers: object[], replicas = 1) =>
  object('Deployment', { spec: { replicas, template: { spec: { containers } } } });

describe('what differs', () => {
  test('is named by the identity of list elements, whatever their place', () => {
    const before = deployment([
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:1', env: [{ name: 'LEVEL', value: 'info' }] },
    ]);
    const after = deployment([
      { name: 'a', image: 'a:2' },
      { name: 'b', image: 'b:1', env: [{ name: 'LEVEL', value: 'debug' }] },
    ]);
    expect(fieldChanges(before, after)).toEqual([
      { path: 'spec.template.spec.containers[a].image', from: 'a:1', to: 'a:2' },
      { path: 'spec.template.spec.containers[b].env[LEVEL].value', from: 'info', to: 'debug' },
    ]);
  });

  test('says on which side a field is missing', () => {
    const changes = fieldChanges(
      object('ConfigMap', { data: { OLD: '1' } }),
      object('ConfigMap', { data: { NEW: '2' } }),
    );
    expect(changes).toEqual([
      { path: 'data.OLD', from: '1' },
      { path: 'data.NEW', to: '2' },
    ]);
  });

  test('another order of the same elements is a difference, too', () => {
    const [a, b] = [
      { name: 'a', image: 'a' },
      { name: 'b', image: 'b' },
    ];
    const changes = fieldChanges(deployment([a, b]), deployment([b, a]));
    expect(changes.map(({ path }) => path)).toEqual(['spec.template.spec.containers (order)']);
  });

  test('leaves out what the API server and the appliers write for themselves', () => {
    const annotations = { 'chatplatform.dev/applied-digest': 'x' };
    const before = object('ConfigMap', { data: {} }, { resourceVersion: '1', generation: 1, uid: 'u' });
    const after = object('ConfigMap', { data: {} }, { resourceVersion: '2', generation: 2, annotations });
    expect(fieldChanges(before, { ...after, status: { ready: true } })).toEqual([]);
  });
});

describe('values of secrets are hidden', () => {
  const everything = (value: unknown) => JSON.stringify(value);

  test('in Secrets, whatever their keys', () => {
    const changes = fieldChanges(
      object('Secret', { data: { banner: 'b2xkLXZhbHVl' } }),
      object('Secret', { data: { banner: 'bmV3LXZhbHVl', more: 'bW9yZQ==' } }),
    );
    expect(changes.map(({ path }) => path)).toEqual(['data.banner', 'data.more']);
    expect(everything(changes)).not.toMatch(/b2xkLXZhbHVl|bmV3LXZhbHVl|bW9yZQ==/);
  });

  test('in variables and keys with a telling name, also inside what is added as a whole', () => {
    const changes = [
      ...fieldChanges(
        deployment([{ name: 'a', env: [{ name: 'SMTP_PASSWORD', value: 'hunter2-old' }] }]),
        deployment([{ name: 'a', env: [{ name: 'SMTP_PASSWORD', value: 'hunter2-new' }] }]),
      ),
      ...fieldChanges(
        deployment([]),
        deployment([{ name: 'a', env: [{ name: 'API_TOKEN', value: 'hunter2-added' }] }]),
      ),
      ...fieldChanges(
        object('ConfigMap', { data: {} }),
        object('ConfigMap', { data: { 'db.password': 'hunter2' } }),
      ),
    ];
    expect(changes).toHaveLength(3);
    expect(everything(changes)).not.toContain('hunter2');
  });

  test('but the name of a Secret is none', () => {
    const ref = (name: string) =>
      deployment([
        { name: 'a', env: [{ name: 'SMTP_PASSWORD', valueFrom: { secretKeyRef: { name, key: 'k' } } }] },
      ]);
    expect(everything(fieldChanges(ref('old'), ref('new')))).toContain('"to":"new"');
  });
});
