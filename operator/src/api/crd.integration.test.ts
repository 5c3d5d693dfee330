import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { connectTestApiServer } from '../../test/api-server.ts';
import type { TestApiServer } from '../../test/api-server.ts';
import { installCrd } from '../../test/platform-operator.ts';
import { CHAT_PLATFORM } from '../caches.ts';
import { ApiError } from '../runtime/index.ts';
import type { KubeObject } from '../runtime/index.ts';

const EXAMPLES = join(import.meta.dirname, '../../../examples');
/** See CONTRIBUTING.md on how it is replaced with each release. */
const LAST_RELEASE = join(import.meta.dirname, '../../test/fixtures/last-release');

let server: TestApiServer;
let namespace: string;

beforeAll(async () => {
  server = await connectTestApiServer();
  await installCrd(server);
  namespace = await server.namespace();
}, 60_000);

afterAll(() => server.close());

const platform = (spec: object, name = 'demo'): KubeObject => ({
  apiVersion: CHAT_PLATFORM.apiVersion,
  kind: CHAT_PLATFORM.kind,
  metadata: { name, namespace },
  spec,
});

/** As kubectl sends it: server-side dry run, unknown fields refused. */
async function create(object: KubeObject): Promise<unknown> {
  const { body } = await server.transport.send({
    method: 'POST',
    path: `/apis/chatplatform.dev/v1alpha1/namespaces/${namespace}/chatplatforms?dryRun=All&fieldValidation=Strict`,
    body: object,
    idempotent: true,
    verb: 'create',
    resource: 'chatplatforms',
  });
  return body;
}

async function refusal(object: KubeObject): Promise<string> {
  try {
    await create(object);
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
  throw new Error('was accepted');
}

describe('the API server', () => {
  test.each(readdirSync(EXAMPLES).filter((file) => file.endsWith('.yaml')))(
    'accepts examples/%s',
    async (file) => {
      const object = parse(readFileSync(join(EXAMPLES, file), 'utf8')) as KubeObject;
      const stored = (await create({ ...object, metadata: { ...object.metadata, namespace } })) as KubeObject;
      // Nothing is defaulted into what the user wrote: a GitOps tool sees no drift.
      expect(stored['spec']).toEqual(object['spec']);
    },
  );

  const released = readdirSync(LAST_RELEASE).filter((file) => file.endsWith('.yaml'));
  test('knows examples of the last release', () => expect(released.length).toBeGreaterThan(5));

  test.each(released)('keeps what the last release stored valid: %s', async (file) => {
    const object = parse(readFileSync(join(LAST_RELEASE, file), 'utf8')) as KubeObject;
    const stored = await server.client.create(CHAT_PLATFORM, {
      ...object,
      metadata: { name: `kept-${file.replace('.yaml', '')}`.slice(0, 32).replace(/-$/, ''), namespace },
    });
    expect(stored['spec']).toEqual(object['spec']);
    // An update runs the transition rules too.
    const annotations = { touched: 'yes' };
    const at = { namespace, name: stored.metadata.name };
    const touched = await server.client.mergePatch(CHAT_PLATFORM, at, { metadata: { annotations } });
    expect(touched['spec']).toEqual(object['spec']);
  });

  const external = { host: 'db.example.org', secretRef: { name: 'db' } };
  test.each<[string, object, string]>([
    ['an unknown field', { replicas: 3 }, 'unknown field "spec.replicas"'],
    [
      'a toleration of no taint',
      { services: { chat: { scheduling: { tolerations: [{ effect: 'NoExecute' }] } } } },
      'name the taint in key',
    ],
    [
      'a toleration with a value that nothing compares',
      { services: { chat: { scheduling: { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] } } } },
      'operator Exists takes no value',
    ],
    [
      'a toleration that ends without evicting',
      { services: { chat: { scheduling: { tolerations: [{ key: 'a', tolerationSeconds: 5 }] } } } },
      'tolerationSeconds is for effect NoExecute only',
    ],
    [
      'an unknown field deep inside',
      { services: { chat: { replica: 1 } } },
      'unknown field "spec.services.chat.replica"',
    ],
    ['negative replicas', { services: { chat: { replicas: -1 } } }, 'spec.services.chat.replicas'],
    [
      'a hostname with a scheme',
      { hostname: 'https://chat.example.org' },
      'must be a DNS name in lower case',
    ],
    ['an address as hostname', { hostname: '10.0.0.1' }, 'leave hostname out to be reached by address'],
    [
      'a store both managed and external',
      { stores: { redis: { managed: {}, external } } },
      'spec.stores.redis.external',
    ],
    ['TLS without a certificate', { exposure: { tls: {} } }, 'set exactly one of secretRef'],
    [
      'an issuer without a name to certify',
      { exposure: { tls: { issuerRef: { name: 'a' } } } },
      'spec.hostname',
    ],
    [
      'a node port for a load balancer',
      { exposure: { type: 'LoadBalancer', nodePort: 30080 } },
      'spec.exposure.nodePort',
    ],
    [
      'a Gateway that is not named',
      { hostname: 'a.example.org', exposure: { type: 'Gateway' } },
      'spec.exposure.gateway',
    ],
    [
      'TLS at a Gateway',
      {
        hostname: 'a.example.org',
        exposure: { type: 'Gateway', gateway: { name: 'g' }, tls: { secretRef: { name: 'a' } } },
      },
      'spec.exposure.tls',
    ],
    [
      'Standard with the emulator',
      { profile: 'Standard', mail: { smtp: { host: 'a' } } },
      'stores.objectStorage.external',
    ],
    [
      'Standard without mail',
      {
        profile: 'Standard',
        stores: { objectStorage: { external: { s3: { region: 'r', secretRef: { name: 's' } } } } },
      },
      'set mail.smtp.host',
    ],
    [
      'two object storages',
      {
        stores: {
          objectStorage: {
            external: {
              s3: { region: 'r', secretRef: { name: 's' } },
              azureBlob: { secretRef: { name: 's' } },
            },
          },
        },
      },
      'exactly one of azureBlob and s3',
    ],
    ['mail both sent and caught', { mail: { smtp: { host: 'a' }, sink: {} } }, 'not both'],
    ['push without an account', { push: { enabled: true } }, 'spec.push.fcm'],
    [
      'replicas beside an autoscaler',
      { services: { chat: { replicas: 1, autoscaling: { maxReplicas: 3 } } } },
      'spec.services.chat.replicas',
    ],
    [
      'an autoscaler upside down',
      { services: { chat: { autoscaling: { minReplicas: 5, maxReplicas: 3 } } } },
      'minReplicas must not exceed',
    ],
    ['a token that lives too long', { auth: { accessTokenLifetime: '48h' } }, 'must lie between 30s and 24h'],
    [
      'a length of time that is none',
      { auth: { accessTokenLifetime: 'soon' } },
      'spec.auth.accessTokenLifetime',
    ],
    [
      'a quantity that is none',
      { stores: { redis: { managed: { storage: { size: 'big' } } } } },
      'spec.stores.redis.managed.storage.size',
    ],
    ['a version that is none', { version: 'latest' }, 'spec.version'],
    [
      'a variable both given and referred to',
      {
        services: { chat: { env: [{ name: 'A', value: 'b', valueFrom: { secretKeyRef: { name: 's' } } }] } },
      },
      'set value or valueFrom',
    ],
    [
      'an autoscaler by a figure that the service has not',
      { services: { auth: { autoscaling: { maxReplicas: 3, targetConnections: 10 } } } },
      'unknown field "spec.services.auth.autoscaling.targetConnections"',
    ],
    [
      'labels that are the operator’s own',
      { services: { chat: { podTemplate: { labels: { 'app.kubernetes.io/name': 'x' } } } } },
      'spec.services.chat.podTemplate.labels',
    ],
    ['a time of day that is none', { maintenanceWindow: { start: '25:00' } }, 'spec.maintenanceWindow.start'],
    [
      'a window of a week',
      { maintenanceWindow: { start: '02:00', duration: '168h' } },
      'must lie between 10m and 24h',
    ],
    ['a gate that never closes', { upgrade: { gateTimeout: '1s' } }, 'must lie between 10s and 24h'],
    ['a URL that is none', { exposure: { url: 'chat.example.org' } }, 'http:// or https://'],
  ])('refuses %s', async (_, spec, message) => {
    expect(await refusal(platform(spec))).toContain(message);
  });

  test('refuses a name that makes no Service name', async () => {
    expect(await refusal(platform({}, '9chat'))).toContain('a letter first');
  });

  test('refuses to move accounts to another engine, and to shrink a volume', async () => {
    const first = platform(
      {
        stores: { sql: { engine: 'PostgreSQL' }, redis: { managed: { storage: { size: '2Gi' } } } },
      },
      'fixed',
    );
    await server.client.create(CHAT_PLATFORM, first);
    const change = (spec: object) =>
      server.client.mergePatch(CHAT_PLATFORM, { namespace, name: 'fixed' }, { spec }, { dryRun: true });
    await expect(change({ stores: { sql: { engine: 'SQLServer' } } })).rejects.toThrow(
      'spec.stores.sql.engine',
    );
    await expect(change({ stores: null })).rejects.toThrow('spec.stores.sql.engine');
    await expect(change({ stores: { redis: { managed: { storage: { size: '1Gi' } } } } })).rejects.toThrow(
      'cannot shrink',
    );
    await expect(
      change({ stores: { redis: { managed: { storage: { size: '3Gi' } } } } }),
    ).resolves.toBeDefined();
    await expect(change({ storage: { className: 'fast' } })).rejects.toThrow('spec.storage.className');
    await expect(
      change({ stores: { redis: { managed: { storage: { className: 'fast' } } } } }),
    ).rejects.toThrow('volume is not moved between classes');
  });

  test('shows readiness, version, address and age in its table', async () => {
    await server.client.create(CHAT_PLATFORM, platform({}, 'shown'));
    const { body } = await server.transport.send({
      method: 'GET',
      path: `/apis/chatplatform.dev/v1alpha1/namespaces/${namespace}/chatplatforms`,
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      idempotent: true,
      verb: 'list',
      resource: 'chatplatforms',
    });
    const { columnDefinitions } = body as { columnDefinitions: { name: string; priority: number }[] };
    const shown = columnDefinitions.filter(({ priority }) => priority === 0).map(({ name }) => name);
    expect(shown).toEqual(['Name', 'Ready', 'Version', 'URL', 'Age']);
  });
});
