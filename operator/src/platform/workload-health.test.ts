import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../runtime/index.ts';
import { objectLabels } from './labels.ts';
import { observedFrom } from './observed.ts';
import { deploymentHealth, isBeingReplaced, statefulSetHealth } from './workload-health.ts';

const metadata = (name: string, generation = 2) => ({
  name,
  generation,
  labels: objectLabels({ name: 'demo' }, 'chat'),
});

const deployment = (status: object, replicas = 2): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata('demo-chat'),
  spec: { replicas },
  status,
});

const pod = (status: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadata('demo-chat-abc'),
  status,
});

const health = (...objects: KubeObject[]) => deploymentHealth(observedFrom(objects), 'chat', 'demo-chat');

const complete = {
  observedGeneration: 2,
  replicas: 2,
  updatedReplicas: 2,
  readyReplicas: 2,
  availableReplicas: 2,
};

const overdue = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' };
const refused = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' };

describe('a Deployment', () => {
  test('that is not there is not made yet', () => {
    expect(health()).toMatchObject({ state: 'Progressing', reason: 'NotMade', serving: false });
  });

  test('is ready when all its Pods are of the latest spec and serve', () => {
    expect(health(deployment(complete))).toMatchObject({ state: 'Ready', serving: true, ready: '2/2' });
  });

  test.each([
    ['its controller has not seen the latest spec', { ...complete, observedGeneration: 1 }, true],
    ['Pods of the spec before are still there', { ...complete, replicas: 3 }, true],
    ['not all Pods are of the latest spec', { ...complete, updatedReplicas: 1 }, true],
    ['not all Pods serve', { ...complete, availableReplicas: 1 }, false],
    ['nothing is known of it', {}, false],
  ])('progresses while %s', (_, status, serving) => {
    expect(health(deployment(status))).toMatchObject({ state: 'Progressing', serving });
  });

  test.each([
    ['is, while Pods of the spec before are there', { ...complete, replicas: 3 }, true],
    ['is, before its controller has seen the spec', { ...complete, observedGeneration: 1 }, true],
    ['is not, though a Pod falters', { ...complete, availableReplicas: 1 }, false],
    ['is not, once it has taken too long', { ...complete, replicas: 3, conditions: [overdue] }, false],
    ['is not, where Pods are refused', { ...complete, replicas: 3, conditions: [refused] }, false],
  ])('%s being replaced', (_, status, expected) => {
    expect(isBeingReplaced(observedFrom([deployment(status)]), 'chat', 'demo-chat')).toBe(expected);
  });

  test('is not being replaced where a new Pod cannot come to serve', () => {
    const waiting = { waiting: { reason: 'ImagePullBackOff' } };
    const failing = pod({ containerStatuses: [{ name: 'chat', state: waiting }] });
    const observed = observedFrom([deployment({ ...complete, replicas: 3 }), failing]);
    expect(isBeingReplaced(observed, 'chat', 'demo-chat')).toBe(false);
  });

  test('scaled to nothing is ready with nothing', () => {
    expect(health(deployment({ observedGeneration: 2 }, 0))).toMatchObject({ state: 'Ready', ready: '0/0' });
  });

  test('whose Pods are refused is degraded, with the reason', () => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: small' }];
    expect(health(deployment({ ...complete, availableReplicas: 0, conditions }))).toMatchObject({
      state: 'Degraded',
      message: expect.stringMatching(/exceeded quota: small: raise the quota of the namespace/),
    });
  });
});

describe('the trouble of a Pod', () => {
  const starting = deployment({ ...complete, availableReplicas: 1 });
  const waiting = (reason: string, more: object = {}) =>
    pod({ containerStatuses: [{ name: 'chat', state: { waiting: { reason, message: 'm' } }, ...more }] });

  test.each(['ImagePullBackOff', 'ErrImagePull', 'InvalidImageName', 'CreateContainerConfigError'])(
    '%s needs a person',
    (reason) => {
      const found = health(starting, waiting(reason));
      expect(found).toMatchObject({ state: 'Degraded', reason: 'PodsFailing' });
      expect(found.message).toContain(`demo-chat-abc: ${reason}`);
    },
  );

  test('a crash is told with the last lines of the log', () => {
    const lastState = { terminated: { reason: 'Error', exitCode: 1, message: 'REDIS_URL: is missing\n' } };
    expect(health(starting, waiting('CrashLoopBackOff', { lastState })).message).toContain(
      'Last lines of its log: REDIS_URL: is missing',
    );
  });

  test('running out of memory is told with the remedy', () => {
    const lastState = { terminated: { reason: 'OOMKilled', exitCode: 137 } };
    expect(health(starting, waiting('CrashLoopBackOff', { lastState })).message).toContain(
      'raise its memory limit',
    );
  });

  test('no node to run on', () => {
    const conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/1 nodes: Insufficient cpu',
      },
    ];
    expect(health(starting, pod({ conditions })).message).toContain('Insufficient cpu (add a node');
  });

  test('a full volume is told with the remedy', () => {
    const lastState = {
      terminated: { reason: 'Error', exitCode: 1, message: 'write: No space left on device' },
    };
    expect(health(starting, waiting('CrashLoopBackOff', { lastState })).message).toContain(
      'raise stores.<name>.managed.storage.size',
    );
  });

  test('a node that does not answer: the Pod is not ready, though its containers were', () => {
    const conditions = [{ type: 'Ready', status: 'False' }];
    const containerStatuses = [{ name: 'chat', ready: true, state: { running: {} } }];
    const lost = { ...pod({ conditions, containerStatuses }), spec: { nodeName: 'node-7' } };
    expect(health(starting, lost).message).toContain('kubectl delete node node-7');
    const starts = { ...lost, status: { conditions, containerStatuses: [{ name: 'chat', ready: false }] } };
    expect(health(starting, starts).state).toBe('Progressing');
  });

  test.each(['ContainerCreating', 'PodInitializing'])('%s passes by waiting', (reason) => {
    expect(health(starting, waiting(reason)).state).toBe('Progressing');
  });

  test('of a Pod that was replaced does not matter once all serve', () => {
    expect(health(deployment(complete), waiting('CrashLoopBackOff')).state).toBe('Ready');
  });
});

describe('a StatefulSet', () => {
  const statefulSet = (status: object): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata('demo-redis'),
    spec: { replicas: 1 },
    status,
  });
  const stateOf = (status: object) =>
    statefulSetHealth(observedFrom([statefulSet(status)]), 'redis', 'demo-redis').state;

  test('is ready when its Pod is of the latest revision and ready', () => {
    const ready = { observedGeneration: 2, readyReplicas: 1, currentRevision: 'b', updateRevision: 'b' };
    expect(stateOf(ready)).toBe('Ready');
    expect(stateOf({ ...ready, currentRevision: 'a' })).toBe('Progressing');
    expect(stateOf({ ...ready, currentRevision: 'a', updatedReplicas: 1 })).toBe('Ready');
    expect(stateOf({ ...ready, readyReplicas: 0 })).toBe('Progressing');
  });
});
