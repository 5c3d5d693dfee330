import { describe, expect, test } from '@jest/globals';
import { eventually } from '../test/api-server.ts';
import { PlatformBench, condition } from '../test/platform-bench.ts';
import { KINDS } from './platform/kinds.ts';
import type { KubeObject, ResourceRef } from './runtime/index.ts';

const bench = PlatformBench.use();

/** The promise: from what kubelet and controllers report to the condition. */
const TOLD_WITHIN_MS = 30_000;

/** What is the matter with one workload, as kubelet and controllers report it, and what a person should be told. */
interface Fault {
  readonly what: string;
  readonly kind: ResourceRef;
  readonly component: string;
  readonly condition: string;
  /** Of its Pod; none when no Pod was made. */
  readonly pod?: object;
  readonly workload?: object;
  /** Words of the condition: the fault, and the remedy. */
  readonly told: readonly string[];
}

const container = (component: string, state: object, more: object = {}) => ({
  containerStatuses: [
    { name: component, image: 'i', imageID: 'i', ready: false, restartCount: 1, state, ...more },
  ],
});

const crashed = (component: string, message: string, reason = 'Error') =>
  container(
    component,
    { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
    { lastState: { terminated: { exitCode: 1, reason, message, startedAt: null, finishedAt: null } } },
  );

const FAULTS: readonly Fault[] = [
  {
    what: 'the volume of a store is full',
    kind: KINDS.statefulSet,
    component: 'mongodb',
    condition: 'MongoDBReady',
    pod: crashed('mongodb', 'WiredTiger: write: No space left on device'),
    told: ['No space left on device', 'raise stores.<name>.managed.storage.size'],
  },
  {
    what: 'a store runs out of memory',
    kind: KINDS.statefulSet,
    component: 'redis',
    condition: 'RedisReady',
    pod: crashed('redis', '', 'OOMKilled'),
    told: ['CrashLoopBackOff', 'raise its memory limit'],
  },
  {
    what: 'an image cannot be pulled',
    kind: KINDS.deployment,
    component: 'chat',
    condition: 'ChatReady',
    pod: container('chat', { waiting: { reason: 'ImagePullBackOff', message: 'manifest unknown' } }),
    told: ['ImagePullBackOff', 'manifest unknown', 'check the name, the registry and the pull secret'],
  },
  {
    what: 'a Secret that an override mounts is missing',
    kind: KINDS.deployment,
    component: 'media',
    condition: 'MediaReady',
    pod: container('media', {
      waiting: { reason: 'CreateContainerConfigError', message: 'secret "extra" not found' },
    }),
    told: ['secret "extra" not found', 'something its configuration refers to is missing'],
  },
  {
    what: 'the quota is too small',
    kind: KINDS.deployment,
    component: 'gateway',
    condition: 'GatewayReady',
    workload: {
      conditions: [
        {
          type: 'ReplicaFailure',
          status: 'True',
          reason: 'FailedCreate',
          message: 'pods "demo-gateway-x" is forbidden: exceeded quota: small, used: cpu=2, limited: cpu=2',
        },
      ],
    },
    told: ['exceeded quota: small', 'raise the quota of the namespace'],
  },
  {
    what: 'no node has room',
    kind: KINDS.statefulSet,
    component: 'rabbitmq',
    condition: 'RabbitMQReady',
    pod: {
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/3 nodes are available: 3 Insufficient memory.',
        },
      ],
    },
    told: ['Insufficient memory', 'add a node, or lower its requests'],
  },
  {
    what: 'a node is gone',
    kind: KINDS.statefulSet,
    component: 'postgresql',
    condition: 'PostgreSQLReady',
    pod: {
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        {
          name: 'postgresql',
          image: 'i',
          imageID: 'i',
          ready: true,
          restartCount: 0,
          state: { running: {} },
        },
      ],
    },
    told: ['its node node-1 does not answer', 'kubectl delete node node-1'],
  },
];

const EVENTS: ResourceRef = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

const POD = 'failing';

/** Pods are deleted at once: there is no kubelet to stop their containers. */
async function removePod(namespace: string): Promise<void> {
  if ((await bench.lookUp(KINDS.pod, namespace, POD)) === undefined) return;
  await bench.server.transport.send({
    method: 'DELETE',
    path: `/api/v1/namespaces/${namespace}/pods/${POD}`,
    body: { gracePeriodSeconds: 0 },
    idempotent: true,
    verb: 'delete',
    resource: 'pods',
  });
}

async function inject(
  namespace: string,
  { kind, component, pod, workload = {} }: Fault,
): Promise<KubeObject> {
  const at = { namespace, name: `demo-${component}` };
  const before = await bench.client.get(kind, at);
  if (pod !== undefined) {
    const { template } = before['spec'] as {
      template: { metadata: { labels: Record<string, string> }; spec: object };
    };
    await bench.client.create(KINDS.pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: POD, namespace, labels: template.metadata.labels },
      spec: { ...template.spec, nodeName: 'node-1' },
    });
    await bench.client.mergePatch(
      KINDS.pod,
      { namespace, name: POD },
      { status: pod },
      { subresource: 'status' },
    );
  }
  const down = { readyReplicas: 0, availableReplicas: 0, ...workload };
  await bench.client.mergePatch(kind, at, { status: down }, { subresource: 'status' });
  return before;
}

async function heal(namespace: string, { kind, component }: Fault): Promise<void> {
  await removePod(namespace);
  const up = { readyReplicas: 1, availableReplicas: 1, conditions: null };
  const at = { namespace, name: `demo-${component}` };
  await bench.client.mergePatch(kind, at, { status: up }, { subresource: 'status' });
}

const warningOf = async (namespace: string, words: string) =>
  (await bench.client.list(EVENTS, { namespace })).items.find(
    (event) => event['type'] === 'Warning' && String(event['note']).includes(words),
  );

describe('what is wrong is told with its remedy, by condition and event, and is over when it is', () => {
  test('for every fault of the table', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    for (const fault of FAULTS) {
      await inject(namespace, fault);
      const status = await eventually(
        fault.what,
        async () => {
          const now = await bench.statusOf(namespace);
          return condition(now, fault.condition)?.reason === 'PodsFailing' ? now : undefined;
        },
        TOLD_WITHIN_MS,
      );
      for (const words of fault.told) {
        expect(condition(status, fault.condition)?.message).toContain(words);
        expect(condition(status, 'Degraded')?.message).toContain(words);
      }
      expect(condition(status, 'Degraded')?.status).toBe('True');
      expect(condition(status, 'Available')?.status).toBe('False');
      expect(condition(status, 'Ready')?.status).toBe('False');
      const [words = ''] = fault.told;
      await eventually(`an event for ${fault.what}`, () => warningOf(namespace, words), TOLD_WITHIN_MS);

      await heal(namespace, fault);
      await bench.untilReady(namespace);
      expect(condition(await bench.statusOf(namespace), 'Degraded')?.status).toBe('False');
    }
  }, 480_000);

  test('a store’s Pod that is killed takes readiness away and gives it back', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const at = { namespace, name: 'demo-redis' };
    const report = (readyReplicas: number) =>
      bench.client.mergePatch(
        KINDS.statefulSet,
        at,
        { status: { readyReplicas, availableReplicas: readyReplicas } },
        { subresource: 'status' },
      );
    await report(0);
    const down = await bench.untilReason(namespace, 'Available', 'ComponentsDown');
    expect(condition(down, 'Available')?.message).toBe('redis: 0/1 Pods serve');
    expect(condition(down, 'Degraded')?.status).toBe('False');
    await eventually('the event', () => warningOf(namespace, 'redis: 0/1 Pods serve'), TOLD_WITHIN_MS);
    await report(1);
    await bench.untilReady(namespace);
  }, 240_000);
});
