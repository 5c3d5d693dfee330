import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { connectTestApiServer, eventually, lookUp } from '../test/api-server.ts';
import type { TestApiServer } from '../test/api-server.ts';
import { installCrd, startPlatformOperator } from '../test/platform-operator.ts';
import { startStandIn } from '../test/stand-in-controllers.ts';
import type { ChatPlatformStatus } from './api/index.ts';
import { CHAT_PLATFORM } from './caches.ts';
import { KINDS } from './platform/kinds.ts';
import type { KubeObject, ResourceRef } from './runtime/index.ts';

let server: TestApiServer;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  server = await connectTestApiServer();
  await installCrd(server);
}, 60_000);

afterEach(async () => {
  for (const process of running.splice(0).reverse()) await process.stop();
});

afterAll(() => server.close());

const demo = (namespace: string, spec: object = {}): KubeObject => ({
  apiVersion: CHAT_PLATFORM.apiVersion,
  kind: CHAT_PLATFORM.kind,
  metadata: { name: 'demo', namespace },
  spec: {
    profile: 'Development',
    stores: { sql: { engine: 'PostgreSQL' } },
    exposure: { type: 'NodePort', url: 'http://chat.test:30080' },
    ...spec,
  },
});

async function start(spec: object = {}, { settling = true } = {}): Promise<string> {
  const namespace = await server.namespace();
  running.push(await startPlatformOperator(server, namespace));
  if (settling) running.push(startStandIn({ client: server.client, namespace }));
  await server.client.create(CHAT_PLATFORM, demo(namespace, spec));
  return namespace;
}

const statusOf = async (namespace: string) =>
  (await lookUp(server, CHAT_PLATFORM, namespace, 'demo'))?.['status'] as ChatPlatformStatus | undefined;

const condition = (status: ChatPlatformStatus | undefined, type: string) =>
  status?.conditions?.find((entry) => entry.type === type);

const untilReady = (namespace: string, truth: 'True' | 'False' = 'True') =>
  eventually(
    `Ready=${truth}`,
    async () => {
      const platform = await lookUp(server, CHAT_PLATFORM, namespace, 'demo');
      const status = platform?.['status'] as ChatPlatformStatus | undefined;
      const current = status?.observedGeneration === platform?.metadata.generation;
      return current && condition(status, 'Ready')?.status === truth ? status : undefined;
    },
    30_000,
  );

const namesOf = async (resource: ResourceRef, namespace: string) =>
  (await server.client.list(resource, { namespace })).items.map(({ metadata }) => metadata.name).sort();

const patch = (namespace: string, spec: object) =>
  server.client.mergePatch(CHAT_PLATFORM, { namespace, name: 'demo' }, { spec });

describe('a platform on a real API server', () => {
  test('comes up stage by stage, is Ready, and then nothing is written any more', async () => {
    const namespace = await start();
    const status = await untilReady(namespace);
    expect(status.url).toBe('http://chat.test:30080');
    expect(status.version).toEqual({ current: '0.1.0', target: '0.1.0' });
    expect(condition(status, 'Degraded')?.status).toBe('False');
    expect(condition(status, 'ChatReady')?.status).toBe('True');
    expect(await namesOf(KINDS.statefulSet, namespace)).toEqual(
      ['influxdb', 'mongodb', 'object-storage', 'postgresql', 'rabbitmq', 'redis'].map(
        (name) => `demo-${name}`,
      ),
    );
    expect(await namesOf(KINDS.deployment, namespace)).toEqual(
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
    expect((await namesOf(KINDS.job, namespace)).length).toBe(6);

    const versions = async () => {
      const kinds = [CHAT_PLATFORM, ...Object.values<ResourceRef>(KINDS).slice(0, -2)];
      const lists = await Promise.all(kinds.map((kind) => server.client.list(kind, { namespace })));
      return lists.flatMap(({ items }) =>
        items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`),
      );
    };
    const before = await versions();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await versions()).toEqual(before);
  }, 60_000);

  test('holds services back until the stores serve and the migrations are done', async () => {
    const namespace = await start({}, { settling: false });
    const waiting = await eventually('a gate', async () => {
      const status = await statusOf(namespace);
      return condition(status, 'Progressing')?.message.includes('waits for stores') ? status : undefined;
    });
    expect(waiting?.components?.find(({ name }) => name === 'chat')?.state).toBe('Waiting');
    expect(await namesOf(KINDS.deployment, namespace)).toEqual([
      'demo-jaeger',
      'demo-mail',
      'demo-prometheus',
    ]);
    expect(await namesOf(KINDS.job, namespace)).toEqual([]);

    running.push(startStandIn({ client: server.client, namespace, broken: new Set(['demo-auth']) }));
    const status = await eventually('the next gate', async () => {
      const found = await statusOf(namespace);
      return condition(found, 'Progressing')?.message.includes('waits for services auth') ? found : undefined;
    });
    expect(condition(status, 'MigrationsComplete')?.status).toBe('True');
    expect(await namesOf(KINDS.deployment, namespace)).toEqual([
      'demo-auth',
      'demo-jaeger',
      'demo-mail',
      'demo-prometheus',
    ]);
  }, 60_000);

  test('what is deleted or changed by hand comes back', async () => {
    const namespace = await start();
    await untilReady(namespace);
    const before = await lookUp(server, KINDS.deployment, namespace, 'demo-chat');
    await server.client.delete(KINDS.deployment, { namespace, name: 'demo-chat' });
    await server.client.mergePatch(
      KINDS.configMap,
      { namespace, name: 'demo-user' },
      { data: { MONGODB_DATABASE: 'elsewhere' } },
    );
    await eventually('both are back', async () => {
      const deployment = await lookUp(server, KINDS.deployment, namespace, 'demo-chat');
      const config = await lookUp(server, KINDS.configMap, namespace, 'demo-user');
      const isNew = deployment !== undefined && deployment.metadata.uid !== before?.metadata.uid;
      return isNew && (config?.['data'] as Record<string, string>)['MONGODB_DATABASE'] === 'user';
    });
  }, 60_000);

  test('a missing Secret is named in the conditions and heals when it appears', async () => {
    const namespace = await start({
      push: { enabled: true, fcm: { credentialsSecretRef: { name: 'fcm' } } },
    });
    const degraded = await eventually(
      'the condition',
      async () => {
        const status = await statusOf(namespace);
        const found = condition(status, 'NotificationReady');
        return found?.reason === 'SecretMissing' && condition(status, 'WebReady')?.status === 'True'
          ? status
          : undefined;
      },
      30_000,
    );
    const message = condition(degraded, 'Ready')?.message ?? '';
    expect(message).toContain('Secret "fcm"');
    expect(message).toContain('service-account.json');
    expect(message).toContain('spec.push.fcm.credentialsSecretRef');
    expect(condition(degraded, 'Degraded')?.status).toBe('True');
    expect(await namesOf(KINDS.deployment, namespace)).not.toContain('demo-notification');

    await server.client.create(KINDS.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'fcm', namespace },
      stringData: { 'service-account.json': '{"project_id":"p"}' },
    });
    await untilReady(namespace);
    const secret = await lookUp(server, KINDS.secret, namespace, 'demo-notification');
    const value = (secret?.['data'] as Record<string, string>)['PUSH_FCM_CREDENTIALS'] ?? '';
    expect(Buffer.from(value, 'base64').toString()).toBe('{"project_id":"p"}');
  }, 60_000);

  test('a change rolls only what it touches, and what is no longer wanted goes', async () => {
    const namespace = await start();
    await untilReady(namespace);
    const generations = async () => {
      const { items } = await server.client.list(KINDS.deployment, { namespace });
      return new Map(items.map(({ metadata }) => [metadata.name, metadata.generation]));
    };
    const before = await generations();
    await patch(namespace, {
      auth: { accessTokenLifetime: '5m' },
      observability: { prometheus: { enabled: false } },
    });
    await untilReady(namespace);
    const after = await generations();
    const changed = [...before]
      .filter(([name, generation]) => after.get(name) !== generation)
      .map(([name]) => name);
    expect(changed.sort()).toEqual(['demo-auth', 'demo-prometheus']);
    expect(after.has('demo-prometheus')).toBe(false);
    expect(await lookUp(server, KINDS.configMap, namespace, 'demo-prometheus')).toBeUndefined();
  }, 60_000);

  test('paused: nothing is written until it is resumed', async () => {
    const namespace = await start();
    await untilReady(namespace);
    await patch(namespace, { paused: true, services: { chat: { replicas: 3 } } });
    await eventually('Paused', async () => condition(await statusOf(namespace), 'Paused')?.status === 'True');
    await server.client.delete(KINDS.service, { namespace, name: 'demo-user' });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await lookUp(server, KINDS.service, namespace, 'demo-user')).toBeUndefined();
    const chat = await lookUp(server, KINDS.deployment, namespace, 'demo-chat');
    expect((chat?.['spec'] as { replicas: number }).replicas).toBe(1);

    await patch(namespace, { paused: false });
    await untilReady(namespace);
    expect(await lookUp(server, KINDS.service, namespace, 'demo-user')).toBeDefined();
    const scaled = await lookUp(server, KINDS.deployment, namespace, 'demo-chat');
    expect((scaled?.['spec'] as { replicas: number }).replicas).toBe(3);
  }, 60_000);

  test.each(['Retain', 'Delete'] as const)(
    'deletion under policy %s',
    async (policy) => {
      const namespace = await start({ storage: { policy } });
      await untilReady(namespace);
      const claims = await namesOf(KINDS.persistentVolumeClaim, namespace);
      expect(claims.length).toBe(6);
      await server.client.delete(CHAT_PLATFORM, { namespace, name: 'demo' });
      await eventually(
        'it is gone',
        async () => (await lookUp(server, CHAT_PLATFORM, namespace, 'demo')) === undefined,
        30_000,
      );

      const kinds = Object.values<ResourceRef>(KINDS).slice(0, -2);
      const left = await Promise.all(
        kinds.map(async (kind) =>
          (
            await server.client.list(kind, { namespace, labelSelector: 'app.kubernetes.io/instance=demo' })
          ).items.map(({ metadata }) => `${kind.kind} ${metadata.name}`),
        ),
      );
      const retained = [...claims.map((name) => `PersistentVolumeClaim ${name}`), 'Secret demo-credentials'];
      expect(left.flat().sort()).toEqual(policy === 'Retain' ? retained.sort() : []);
    },
    60_000,
  );

  test('retained volumes are opened again by the passwords that were retained with them', async () => {
    const namespace = await start();
    await untilReady(namespace);
    const password = async () =>
      ((await lookUp(server, KINDS.secret, namespace, 'demo-mongodb'))?.['data'] as Record<string, string>)[
        'password'
      ];
    const before = await password();
    await server.client.delete(CHAT_PLATFORM, { namespace, name: 'demo' });
    await eventually(
      'it is gone',
      async () => (await lookUp(server, CHAT_PLATFORM, namespace, 'demo')) === undefined,
      30_000,
    );
    await server.client.create(CHAT_PLATFORM, demo(namespace));
    await untilReady(namespace);
    expect(await password()).toBe(before);
  }, 60_000);

  test('lost credentials are not made anew over volumes that they would lock for ever', async () => {
    const namespace = await start();
    await untilReady(namespace);
    const secret = await lookUp(server, KINDS.secret, namespace, 'demo-credentials');
    await server.client.delete(KINDS.secret, { namespace, name: 'demo-credentials' });
    const blocked = await eventually('the condition', async () => {
      const found = condition(await statusOf(namespace), 'Degraded');
      return found?.reason === 'CredentialsLost' ? found : undefined;
    });
    expect(blocked?.message).toContain('demo-credentials');
    expect(await lookUp(server, KINDS.secret, namespace, 'demo-credentials')).toBeUndefined();

    const { name, labels } = secret?.metadata ?? { name: '' };
    await server.client.create(KINDS.secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
      data: secret?.['data'],
    });
    await untilReady(namespace);
  }, 60_000);
});
