import { expect, test } from '@jest/globals';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { restartOf } from './restarts.ts';

const workload = (kind = 'Deployment'): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'demo-chat' },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [{ name: 'chat', envFrom: [{ configMapRef: { name: 'demo-chat' } }] }],
        volumes: [{ name: 'secrets', secret: { secretName: 'demo-chat' } }],
      },
    },
  },
});

const HASH = 'spec.template.metadata.annotations["chatplatform.dev/config-hash"]';

test('only another Pod template replaces Pods', () => {
  expect(restartOf(workload(), [{ path: 'spec.replicas', from: 1, to: 3 }], new Map())).toBeUndefined();
  const change = { path: 'spec.template.spec.containers[chat].image', from: 'a:1', to: 'a:2' };
  expect(restartOf(workload(), [change], new Map())).toEqual({ pods: 3, reasons: ['image a:1 → a:2'] });
  expect(restartOf(workload('Job'), [change], new Map())).toBeUndefined();
});

test('another hash is explained by the configuration the Pods read', () => {
  const changed = new Map([
    ['ConfigMap demo-chat', ['LOG_LEVEL']],
    ['ConfigMap demo-auth', ['OTHER']],
  ]);
  const change = { path: HASH, from: 'x', to: 'y' };
  expect(restartOf(workload(), [change], changed)?.reasons).toEqual([
    'configuration (ConfigMap demo-chat: LOG_LEVEL)',
  ]);
  expect(restartOf(workload(), [change], new Map())?.reasons).toEqual(['configuration']);
});
