import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { connectTestApiServer, eventually } from '../../test/api-server.ts';
import type { TestApiServer } from '../../test/api-server.ts';
import { installCrd } from '../../test/platform-operator.ts';
import { CHAT_PLATFORM } from '../caches.ts';
import { KINDS } from '../platform/kinds.ts';
import { secretValues } from '../platform/secrets/credentials.ts';
import { ROTATE_ANNOTATION } from '../platform/secrets/rotation.ts';
import { ReflectedCaches } from '../runtime/cache/cache-set.ts';
import { KubernetesApiClient } from '../runtime/client/api-client.ts';
import { FencedError, systemClock } from '../runtime/index.ts';
import type { ApiClient, KubeObject } from '../runtime/index.ts';
import { CertificateKeeper, WEBHOOK_CONFIGURATIONS } from './keeper.ts';
import { VALIDATE_PATH } from './server.ts';
import { runWebhook } from './webhook.ts';

const DAY_MS = 86_400_000;
const CONFIGURATION = 'platforms-of-a-test';

let server: TestApiServer;
let namespace: string;
let ahead = 0;
const running: (() => Promise<void>)[] = [];
const clock = { ...systemClock, now: () => Date.now() + ahead };

beforeAll(async () => {
  server = await connectTestApiServer();
  await installCrd(server);
  namespace = await server.namespace();
}, 120_000);

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
  await server.client.delete(WEBHOOK_CONFIGURATIONS, { namespace: '', name: CONFIGURATION });
});

afterAll(() => server.close());

/** The webhook of one replica, called by URL, since a bare API server reaches no Service. */
async function startReplica(): Promise<{ port: number }> {
  const stopping = new AbortController();
  const logger = pino({ level: 'silent' });
  const { client } = server;
  const caches = new ReflectedCaches({ client, clock, random: Math.random, logger });
  caches.declare(CHAT_PLATFORM, { namespace });
  const caching = caches.run(stopping.signal);
  await eventually('the caches are synced', () => caches.hasSynced());
  let port = 0;
  const ended = runWebhook(
    {
      client,
      clock,
      caches,
      logger,
      port: 0,
      operatorVersion: '0.1.0',
      secret: { namespace, name: 'webhook' },
      configuration: CONFIGURATION,
      names: ['127.0.0.1'],
      onListening: (listening) => {
        port = listening;
      },
    },
    stopping.signal,
  );
  running.push(async () => {
    stopping.abort();
    await Promise.all([ended, caching]);
  });
  await eventually('the webhook serves', () => port > 0);
  return { port };
}

const configure = (url: string): Promise<KubeObject> =>
  server.client.create(WEBHOOK_CONFIGURATIONS, {
    apiVersion: WEBHOOK_CONFIGURATIONS.apiVersion,
    kind: WEBHOOK_CONFIGURATIONS.kind,
    metadata: { name: CONFIGURATION },
    webhooks: [
      {
        name: 'platforms.chatplatform.dev',
        clientConfig: { url },
        rules: [
          {
            apiGroups: ['chatplatform.dev'],
            apiVersions: ['v1alpha1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['chatplatforms'],
          },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        timeoutSeconds: 10,
        admissionReviewVersions: ['v1'],
      },
    ],
  });

const pointTo = (port: number) =>
  server.client.jsonPatch(WEBHOOK_CONFIGURATIONS, { namespace: '', name: CONFIGURATION }, [
    {
      op: 'replace',
      path: '/webhooks/0/clientConfig/url',
      value: `https://127.0.0.1:${port}${VALIDATE_PATH}`,
    },
  ]);

async function trusted(): Promise<string> {
  const { webhooks } = (await server.client.get(WEBHOOK_CONFIGURATIONS, {
    namespace: '',
    name: CONFIGURATION,
  })) as unknown as { webhooks: { clientConfig: { caBundle?: string } }[] };
  return Buffer.from(webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString();
}

const platform = (name: string, spec: object): KubeObject => ({
  apiVersion: CHAT_PLATFORM.apiVersion,
  kind: CHAT_PLATFORM.kind,
  metadata: { name, namespace },
  spec,
});

/** A dry run sent as kubectl sends it. Answers warnings, or the refusal. */
async function judge(name: string, spec: object): Promise<{ refusal?: string }> {
  try {
    await server.client.create(CHAT_PLATFORM, platform(name, spec), { dryRun: true });
    return {};
  } catch (error) {
    return { refusal: String(error) };
  }
}

const TOO_LITTLE = { services: { chat: { resources: { limits: { memory: '64Mi' } } } } };

test('refuses what cannot work, once its own certificate is trusted, and steps aside when it is gone', async () => {
  await configure('https://127.0.0.1:1/validate');
  // Nobody answers: the schema alone decides.
  expect(await judge('early', TOO_LITTLE)).toEqual({});

  const { port } = await startReplica();
  await pointTo(port);
  const { refusal } = await eventually('it is called', async () => {
    const found = await judge('demo', TOO_LITTLE);
    return found.refusal === undefined ? undefined : found;
  });
  expect(refusal).toContain(
    'spec.services.chat.resources.limits.memory: 64Mi is less than the request, 80Mi',
  );
  expect(await judge('demo', {})).toEqual({});

  // A rule that is new does not hold up what leaves the spec alone.
  await server.client.create(CHAT_PLATFORM, platform('demo', {}));
  const at = { namespace, name: 'demo' };
  await expect(server.client.mergePatch(CHAT_PLATFORM, at, { spec: TOO_LITTLE })).rejects.toThrow(
    '64Mi is less',
  );
  const annotated = { metadata: { annotations: { note: 'n' } } };
  await expect(server.client.mergePatch(CHAT_PLATFORM, at, annotated)).resolves.toBeDefined();

  await running.pop()?.();
  expect(await judge('late', TOO_LITTLE)).toEqual({});
}, 240_000);

test('renews its certificate in time, and whoever serves with the last one stays trusted', async () => {
  await configure('https://127.0.0.1:1/validate');
  const secretNow = async () =>
    secretValues(await server.client.get(KINDS.secret, { namespace, name: 'webhook' }));
  await pointTo((await startReplica()).port);
  const first = await secretNow();
  await running.pop()?.();

  ahead = 70 * DAY_MS;
  await pointTo((await startReplica()).port);
  const second = await secretNow();
  ahead = 0;
  expect(second['tls.crt']).not.toBe(first['tls.crt']);
  expect(second['ca.crt']).toContain(first['ca.crt']?.trim());
  expect(await trusted()).toBe(second['ca.crt']);
  const authorities = (second['ca.crt'] ?? '').split(/(?<=-----END CERTIFICATE-----\n)/).filter(Boolean);
  expect(authorities).toHaveLength(2);
  const [own = '', last = ''] = authorities;
  const isSignedBy = (certificate: string | undefined, authority: string) =>
    new X509Certificate(certificate ?? '').verify(new X509Certificate(authority).publicKey);
  expect(isSignedBy(second['tls.crt'], own)).toBe(true);
  expect(isSignedBy(first['tls.crt'], last)).toBe(true);
}, 240_000);

test('takes another certificate when it is asked to, once', async () => {
  await configure('https://127.0.0.1:1/validate');
  const at = { namespace, name: 'webhook' };
  await pointTo((await startReplica()).port);
  const first = secretValues(await server.client.get(KINDS.secret, at));
  await running.pop()?.();
  await server.client.mergePatch(KINDS.secret, at, {
    metadata: { annotations: { [ROTATE_ANNOTATION]: '1' } },
  });
  await pointTo((await startReplica()).port);
  const renewed = await server.client.get(KINDS.secret, at);
  expect(secretValues(renewed)['tls.crt']).not.toBe(first['tls.crt']);
  // Whoever serves with the first one until its next look stays trusted.
  expect(secretValues(renewed)['ca.crt']).toContain(
    first['ca.crt']?.split(/(?<=-----END CERTIFICATE-----\n)/)[0]?.trim(),
  );
  expect(await trusted()).toBe(secretValues(renewed)['ca.crt']);
  expect(renewed.metadata.annotations?.[ROTATE_ANNOTATION]).toBeUndefined();
}, 240_000);

test('what only the leader may do is looked after again soon by who becomes it in the middle of a look', async () => {
  await configure('https://127.0.0.1:1/validate');
  const secret = { namespace, name: 'webhook-of-a-successor' };
  const keeperWith = (client: ApiClient) =>
    new CertificateKeeper({
      client,
      clock,
      logger: pino({ level: 'silent' }),
      secret,
      configuration: CONFIGURATION,
      names: ['127.0.0.1'],
      onTrusted: () => Promise.resolve(),
    });
  const certificate = async () => secretValues(await server.client.get(KINDS.secret, secret))['tls.crt'];
  const leader = keeperWith(server.client);
  expect(await leader.look()).toBe(true);
  const first = await certificate();
  const wish = { metadata: { annotations: { [ROTATE_ANNOTATION]: 'now' } } };
  await server.client.mergePatch(KINDS.secret, secret, wish);

  // It leads from after its first write on: the API server is told whom to trust, the wish is still open.
  const successor = new KubernetesApiClient(server.transport);
  successor.replace = () => Promise.reject(new FencedError('replace', 'another one leads'));
  expect(await keeperWith(successor).look()).toBe(false);
  expect(await certificate()).toBe(first);
  expect(await leader.look()).toBe(true);
  expect(await certificate()).not.toBe(first);
});

test('a second replica serves with the same certificate', async () => {
  await configure('https://127.0.0.1:1/validate');
  await startReplica();
  const made = await server.client.get(KINDS.secret, { namespace, name: 'webhook' });
  await startReplica();
  const kept = await server.client.get(KINDS.secret, { namespace, name: 'webhook' });
  expect(kept.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
}, 240_000);
