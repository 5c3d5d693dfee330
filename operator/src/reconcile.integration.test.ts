import { describe, expect, test } from '@jest/globals';
import { eventually } from '../test/api-server.ts';
import { inventory } from '../test/inventory.ts';
import { PATIENCE_MS, PlatformBench, condition, demo } from '../test/platform-bench.ts';
import { CHAT_PLATFORM } from './caches.ts';
import { BUILT_IN_KINDS, KINDS } from './platform/kinds.ts';
import type { ResourceRef } from './runtime/index.ts';

const bench = PlatformBench.use();

/** The account the test's operator works with. */
const isOfTheOperator = (name: string, namespace: string) => name.endsWith(` operator-${namespace}`);

describe('a platform on a real API server', () => {
  test('comes up stage by stage, is Ready, and then nothing is written any more', async () => {
    const namespace = await bench.start();
    const status = await bench.untilReady(namespace);
    expect(status.url).toBe('http://chat.test:30080');
    expect(status.version).toMatchObject({ current: '0.1.0', target: '0.1.0', phase: 'Steady' });
    expect(condition(status, 'Degraded')?.status).toBe('False');
    expect(condition(status, 'ChatReady')?.status).toBe('True');
    expect(await bench.namesOf(KINDS.statefulSet, namespace)).toEqual(
      ['influxdb', 'mongodb', 'object-storage', 'postgresql', 'rabbitmq', 'redis'].map(
        (name) => `demo-${name}`,
      ),
    );
    expect(await bench.namesOf(KINDS.deployment, namespace)).toEqual(
      [
        'analytics',
        'auth',
        'chat',
        'gateway',
        'jaeger',
        'mail',
        'media',
        'notification',
        'prometheus',
        'user',
        'web',
      ].map((name) => `demo-${name}`),
    );
    expect((await bench.namesOf(KINDS.job, namespace)).length).toBe(6);

    const versions = async () => {
      const kinds = [CHAT_PLATFORM, ...BUILT_IN_KINDS];
      const lists = await Promise.all(kinds.map((kind) => bench.client.list(kind, { namespace })));
      return lists.flatMap(({ items }) =>
        items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`),
      );
    };
    const before = await versions();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await versions()).toEqual(before);
  }, 240_000);

  test('holds services back until the stores serve and the migrations are done', async () => {
    const namespace = await bench.start({}, { settling: false });
    const waiting = await eventually('a gate', async () => {
      const status = await bench.statusOf(namespace);
      return condition(status, 'Progressing')?.message.includes('waits for stores') ? status : undefined;
    });
    expect(waiting?.components?.find(({ name }) => name === 'chat')?.state).toBe('Waiting');
    expect(await bench.namesOf(KINDS.deployment, namespace)).toEqual([
      'demo-jaeger',
      'demo-mail',
      'demo-prometheus',
    ]);
    expect(await bench.namesOf(KINDS.job, namespace)).toEqual([]);

    bench.settle(namespace, { broken: (name) => name === 'demo-auth' });
    const status = await eventually('the next gate', async () => {
      const found = await bench.statusOf(namespace);
      return condition(found, 'Progressing')?.message.includes('waits for services auth') ? found : undefined;
    });
    expect(condition(status, 'MigrationsComplete')?.status).toBe('True');
    expect(await bench.namesOf(KINDS.deployment, namespace)).toEqual([
      'demo-auth',
      'demo-jaeger',
      'demo-mail',
      'demo-prometheus',
    ]);
  }, 240_000);

  test('what is deleted or changed by hand comes back', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const before = await bench.lookUp(KINDS.deployment, namespace, 'demo-chat');
    await bench.client.delete(KINDS.deployment, { namespace, name: 'demo-chat' });
    await bench.client.mergePatch(
      KINDS.configMap,
      { namespace, name: 'demo-user' },
      { data: { MONGODB_DATABASE: 'elsewhere' } },
    );
    await eventually('both are back', async () => {
      const deployment = await bench.lookUp(KINDS.deployment, namespace, 'demo-chat');
      const config = await bench.lookUp(KINDS.configMap, namespace, 'demo-user');
      const isNew = deployment !== undefined && deployment.metadata.uid !== before?.metadata.uid;
      return isNew && (config?.['data'] as Record<string, string>)['MONGODB_DATABASE'] === 'user';
    });
  }, 240_000);

  test('a change rolls only what it touches, and what is no longer wanted goes', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const generations = async () => {
      const { items } = await bench.client.list(KINDS.deployment, { namespace });
      return new Map(items.map(({ metadata }) => [metadata.name, metadata.generation]));
    };
    const before = await generations();
    await bench.patch(namespace, {
      auth: { accessTokenLifetime: '5m' },
      observability: { prometheus: { enabled: false } },
    });
    await bench.untilReady(namespace);
    const after = await generations();
    const changed = [...before]
      .filter(([name, generation]) => after.get(name) !== generation)
      .map(([name]) => name);
    expect(changed.sort()).toEqual(['demo-auth', 'demo-prometheus']);
    expect(after.has('demo-prometheus')).toBe(false);
    expect(await bench.lookUp(KINDS.configMap, namespace, 'demo-prometheus')).toBeUndefined();
  }, 240_000);

  test('paused: nothing is written until it is resumed', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    await bench.pause(namespace, { services: { chat: { replicas: 3 } } });
    await bench.client.delete(KINDS.service, { namespace, name: 'demo-user' });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await bench.lookUp(KINDS.service, namespace, 'demo-user')).toBeUndefined();
    const chat = await bench.lookUp(KINDS.deployment, namespace, 'demo-chat');
    expect((chat?.['spec'] as { replicas: number }).replicas).toBe(1);

    await bench.patch(namespace, { paused: false });
    await bench.untilReady(namespace);
    expect(await bench.lookUp(KINDS.service, namespace, 'demo-user')).toBeDefined();
    const scaled = await bench.lookUp(KINDS.deployment, namespace, 'demo-chat');
    expect((scaled?.['spec'] as { replicas: number }).replicas).toBe(3);
  }, 240_000);

  test.each(['Retain', 'Delete'] as const)(
    'deletion under policy %s',
    async (policy) => {
      const namespace = await bench.start({ storage: { policy } });
      await bench.untilReady(namespace);
      const claims = await bench.namesOf(KINDS.persistentVolumeClaim, namespace);
      expect(claims.length).toBe(6);
      await bench.client.delete(CHAT_PLATFORM, { namespace, name: 'demo' });
      await bench.untilGone(namespace);

      const left = await Promise.all(
        BUILT_IN_KINDS.map(async (kind) =>
          (
            await bench.client.list(kind, { namespace, labelSelector: 'app.kubernetes.io/instance=demo' })
          ).items.map(({ metadata }) => `${kind.kind} ${metadata.name}`),
        ),
      );
      const retained = [...claims.map((name) => `PersistentVolumeClaim ${name}`), 'Secret demo-credentials'];
      expect(left.flat().sort()).toEqual(policy === 'Retain' ? retained.sort() : []);
    },
    PATIENCE_MS,
  );

  test('nothing is left behind, whatever the kind', async () => {
    const namespace = await bench.server.namespace();
    await bench.client.create(KINDS.configMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'of-somebody-else', namespace },
    });
    // Also of the namespace's own: what every namespace has, and what happens to be told of.
    const before = await inventory(bench.server, namespace);
    expect(before.some((name) => name.endsWith(' of-somebody-else'))).toBe(true);
    await bench.operate(namespace);
    bench.settle(namespace);
    await bench.client.create(CHAT_PLATFORM, demo(namespace, { storage: { policy: 'Delete' } }));
    await bench.untilReady(namespace);
    expect((await inventory(bench.server, namespace)).length).toBeGreaterThan(before.length + 80);
    await bench.client.delete(CHAT_PLATFORM, { namespace, name: 'demo' });
    await bench.untilGone(namespace);
    const left = await eventually('nothing is left', async () => {
      const now = await inventory(bench.server, namespace);
      return now.every((name) => before.includes(name) || isOfTheOperator(name, namespace)) ? now : undefined;
    });
    expect(left.length).toBeGreaterThanOrEqual(before.length);
  }, 240_000);

  test('a deletion that is stuck says what holds it', async () => {
    const namespace = await bench.start({ storage: { policy: 'Delete' } });
    await bench.untilReady(namespace);
    const at = { namespace, name: 'demo-chat' };
    const finalizers = ['example.org/keep'];
    await bench.client.mergePatch(KINDS.deployment, at, { metadata: { finalizers } });
    await bench.client.delete(CHAT_PLATFORM, { namespace, name: 'demo' });
    const waiting = await bench.untilReason(namespace, 'Progressing', 'Deleting');
    expect(condition(waiting, 'Degraded')?.status).toBe('False');
    await eventually('what holds it is named', async () => {
      const message = condition(await bench.statusOf(namespace), 'Progressing')?.message ?? '';
      return message.includes('demo-chat (held by finalizer example.org/keep');
    });
    await bench.passTime(namespace, 10 * 60_000);
    const stuck = await bench.untilReason(namespace, 'Degraded', 'DeletionStuck');
    expect(condition(stuck, 'Degraded')?.message).toContain('example.org/keep');
    await bench.client.mergePatch(KINDS.deployment, at, { metadata: { finalizers: null } });
    await bench.untilGone(namespace);
  }, 240_000);

  test('a three-line spec that a GitOps tool applies again and again never drifts', async () => {
    const namespace = await bench.server.namespace();
    const { apiVersion, kind } = CHAT_PLATFORM;
    const declared = {
      apiVersion,
      kind,
      metadata: { name: 'demo', namespace },
      spec: { profile: 'Development' },
    };
    const sync = async () => {
      // As Flux and Argo CD do: what would change is looked at first, and then it is applied.
      const options = { fieldManager: 'gitops', force: false };
      const planned = await bench.client.apply(CHAT_PLATFORM, declared, { ...options, dryRun: true });
      const { object } = await bench.client.apply(CHAT_PLATFORM, declared, options);
      expect(object['spec']).toEqual(declared.spec);
      expect(object.metadata.generation).toBe(1);
      return { planned: planned.object, applied: object };
    };
    await bench.operate(namespace);
    bench.settle(namespace);
    // It has no node, so its address is awaited for ever; all else comes up, while it is applied all the time.
    await eventually(
      'everything but the address',
      async () => {
        await sync();
        const status = await bench.statusOf(namespace);
        return condition(status, 'WebReady')?.status === 'True' ? status : undefined;
      },
      PATIENCE_MS,
    );
    const { planned, applied } = await sync();
    expect(planned.metadata.resourceVersion).toBe(applied.metadata.resourceVersion);
    const managers = (applied.metadata as { managedFields?: { manager: string; fieldsV1: object }[] })
      .managedFields;
    const intoSpec = managers?.filter(({ fieldsV1 }) => 'f:spec' in fieldsV1).map(({ manager }) => manager);
    expect(intoSpec).toEqual(['gitops']);
    const effective = (await bench.statusOf(namespace))?.effective;
    expect(effective).toMatchObject({ version: '0.1.0', services: { chat: { replicas: 1 } } });
  }, 240_000);

  test('tells of what happened by events', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const events: ResourceRef = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      plural: 'events',
      namespaced: true,
    };
    const found = await eventually('the event', async () => {
      const { items } = await bench.client.list(events, { namespace });
      return items.find((event) => event['reason'] === 'Ready');
    });
    expect(found).toMatchObject({
      type: 'Normal',
      note: 'serving at http://chat.test:30080',
      regarding: { kind: 'ChatPlatform', name: 'demo' },
    });
  }, 240_000);
});
