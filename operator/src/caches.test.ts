import { describe, expect, test } from '@jest/globals';
import { ailmentsOf } from './caches.ts';

const metadata = {
  name: 'demo-chat-1',
  namespace: 'demo',
  uid: 'u1',
  resourceVersion: '7',
  labels: { 'app.kubernetes.io/instance': 'demo' },
  annotations: { note: 'long' },
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'demo-chat', uid: 'r1' }],
};
const pod = (status: object, extra: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...metadata, ...extra },
  spec: { nodeName: 'node-7', containers: [{ name: 'main', image: 'chat' }] },
  status,
});
const kept = {
  name: 'demo-chat-1',
  namespace: 'demo',
  resourceVersion: '7',
  labels: { 'app.kubernetes.io/instance': 'demo' },
};

describe('of a Pod', () => {
  test.each([
    ['that serves', { phase: 'Running', containerStatuses: [{ name: 'main', ready: true }] }],
    ['that has done its work', { phase: 'Succeeded', containerStatuses: [{ name: 'main', ready: false }] }],
  ])('%s only the fact is held', (_, status) => {
    expect(ailmentsOf(pod(status))).toEqual({ apiVersion: 'v1', kind: 'Pod', metadata: kept });
  });

  test('that ails, what is needed to say why', () => {
    const containerStatuses = [
      { name: 'main', ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } },
    ];
    const held = ailmentsOf(pod({ phase: 'Running', podIP: '10.0.0.1', containerStatuses }));
    expect(held).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...kept, ownerReferences: metadata.ownerReferences },
      spec: { nodeName: 'node-7' },
      status: { containerStatuses },
    });
  });

  test('that finds no node, the condition that says so', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
      { type: 'Initialized', status: 'True' },
    ];
    expect(ailmentsOf(pod({ phase: 'Pending', conditions }))['status']).toEqual({
      conditions: conditions.slice(0, 1),
    });
  });

  test('that is on its way out, where it still is', () => {
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(ailmentsOf(pod({ phase: 'Running' }, { deletionTimestamp }))).toMatchObject({
      metadata: { ...kept, deletionTimestamp },
      spec: { nodeName: 'node-7' },
    });
  });
});
