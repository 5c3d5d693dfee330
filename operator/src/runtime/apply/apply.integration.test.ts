import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CONFIG_MAPS,
  connectTestApiServer,
  DEPLOYMENTS,
  eventually,
  lookUp,
  SECRETS,
  type TestApiServer,
} from '../../../test/api-server.ts';
import { startApiProxy } from '../../../test/api-proxy.ts';
import { FakeClock } from '../../../test/fake-clock.ts';
import { startTools, type TestTools } from '../../../test/tools.ts';
import type { KubeObject } from '../object.ts';
import { keyOf } from '../object.ts';
import { FieldConflictError, ForeignObjectError } from './conflicts.ts';

const LABELS = { 'app.kubernetes.io/managed-by': 'apply-test' };
const SELECTOR = 'app.kubernetes.io/managed-by=apply-test';
const RESOURCES = [CONFIG_MAPS, DEPLOYMENTS, SECRETS];
const by = { fieldManager: 'component' };

let server: TestApiServer;
let namespace: string;
let tools: TestTools;
let owner: KubeObject;

beforeAll(async () => {
  server = await connectTestApiServer();
}, 60_000);

afterAll(() => server.close());

beforeEach(async () => {
  namespace = await server.namespace();
  owner = await server.client.create(CONFIG_MAPS, configMap('owner', {}));
  tools = await startTools(server, namespace, RESOURCES, { labelSelector: SELECTOR });
});

afterEach(() => tools.stop());

const configMap = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name, labels: LABELS },
  data,
});

/** A Deployment that the API server stores otherwise than it is written: defaults, quantities, zero values. */
const deployment = (spec: object = {}, container: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace, name: 'web', labels: LABELS },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        hostNetwork: false,
        containers: [
          {
            name: 'web',
            image: 'web:1',
            stdin: false,
            ports: [{ containerPort: 8080 }],
            env: [],
            resources: { requests: { cpu: '0.5', memory: '1024Mi' }, limits: { cpu: 1 } },
            ...container,
          },
        ],
        volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '0.5Gi' } }],
      },
    },
    ...spec,
  },
});

const stored = async (object: KubeObject): Promise<KubeObject> => {
  const { resource } = tools.caches.of(object);
  return server.client.get(resource, { namespace, name: object.metadata.name });
};

/** Waits until the cache holds what the API server holds. */
const seen = async (object: KubeObject): Promise<void> => {
  const version = (await stored(object)).metadata.resourceVersion;
  const cache = tools.caches.of(object);
  await eventually(
    'the cache is current',
    () => cache.get(keyOf(object))?.metadata.resourceVersion === version,
  );
};

const containers = (object: KubeObject) =>
  (object['spec'] as { template: { spec: { containers: Record<string, unknown>[] } } }).template.spec
    .containers;

const replicas = (object: KubeObject) => (object['spec'] as { replicas?: number }).replicas;

describe('apply', () => {
  test('is not sent when nothing differs, in whatever form the API server stored it', async () => {
    const first = await tools.applier.apply(deployment(), { ...by, owner });
    expect(first.result).toBe('created');
    const version = first.object.metadata.resourceVersion;
    await seen(deployment());
    tools.calls.length = 0;
    for (let i = 0; i < 5; i += 1) {
      expect((await tools.applier.apply(deployment(), { ...by, owner })).result).toBe('unchanged');
    }
    expect(tools.calls).toEqual([]);
    expect((await stored(deployment())).metadata.resourceVersion).toBe(version);
  });

  test('after a restart at most one request is made for it, and nothing is written', async () => {
    await tools.applier.apply(deployment(), { ...by, owner });
    const { resourceVersion } = (await stored(deployment())).metadata;
    await tools.stop();
    tools = await startTools(server, namespace, RESOURCES);
    for (let i = 0; i < 3; i += 1) {
      expect((await tools.applier.apply(deployment(), { ...by, owner })).result).toBe('unchanged');
    }
    expect(tools.calls.length).toBeLessThanOrEqual(1);
    expect((await stored(deployment())).metadata.resourceVersion).toBe(resourceVersion);
  });

  test('a field that is no longer desired goes, even if it was dropped while the operator was away', async () => {
    await tools.applier.apply(configMap('cm', { a: '1', b: '2' }), by);
    await tools.stop();
    tools = await startTools(server, namespace, RESOURCES);
    expect((await tools.applier.apply(configMap('cm', { a: '1' }), by)).result).toBe('configured');
    expect((await stored(configMap('cm', {})))['data']).toEqual({ a: '1' });
  });

  test('sees its own write at once, without waiting for the watch', async () => {
    for (let i = 0; i < 20; i += 1) {
      await tools.applier.apply(configMap('cm', { count: String(i) }), by);
      expect(tools.caches.of(CONFIG_MAPS).get(`${namespace}/cm`)?.['data']).toEqual({ count: String(i) });
      expect((await tools.applier.apply(configMap('cm', { count: String(i) }), by)).result).toBe('unchanged');
    }
  });

  test('an edit by hand is taken back: of a value, of a default that was changed, of a value taken away', async () => {
    await tools.applier.apply(deployment({ revisionHistoryLimit: 3 }), by);
    const at = { namespace, name: 'web' };
    const edits = [
      { spec: { revisionHistoryLimit: 7 } },
      { spec: { revisionHistoryLimit: null } },
      { spec: { template: { spec: { hostNetwork: true } } } },
      { metadata: { annotations: null } },
    ];
    for (const edit of edits) {
      await server.client.mergePatch(DEPLOYMENTS, at, edit);
      await seen(deployment());
      const { result, conflicts } = await tools.applier.apply(deployment({ revisionHistoryLimit: 3 }), by);
      expect([result, conflicts]).toEqual(['configured', []]);
      expect((await stored(deployment()))['spec']).toMatchObject({ revisionHistoryLimit: 3 });
    }
    expect((await stored(deployment()))['spec']).not.toMatchObject({
      template: { spec: { hostNetwork: true } },
    });
  });

  test('what others add stays: a sidecar, a label, replicas that we do not set', async () => {
    await tools.applier.apply(deployment(), by);
    await server.client.apply(
      DEPLOYMENTS,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { namespace, name: 'web', labels: { mesh: 'on' } },
        spec: { replicas: 5, template: { spec: { containers: [{ name: 'sidecar', image: 'mesh:1' }] } } },
      } as KubeObject,
      { fieldManager: 'mesh', force: false },
    );
    await seen(deployment());
    expect((await tools.applier.apply(deployment(), by)).result).toBe('unchanged');
    expect((await tools.applier.apply(deployment({}, { image: 'web:2' }), by)).result).toBe('configured');
    const object = await stored(deployment());
    expect(containers(object).map(({ name, image }) => `${String(name)} ${String(image)}`)).toEqual([
      'web web:2',
      'sidecar mesh:1',
    ]);
    expect(object.metadata.labels).toMatchObject({ mesh: 'on' });
    expect(replicas(object)).toBe(5);
  });

  test('what another applies is left alone and reported; the rest is applied; no fight', async () => {
    await tools.applier.apply(deployment({ replicas: 2 }), by);
    await server.client.apply(
      DEPLOYMENTS,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { namespace, name: 'web' },
        spec: { replicas: 9 },
      } as KubeObject,
      { fieldManager: 'gitops', force: true },
    );
    await seen(deployment());
    const desired = deployment({ replicas: 2, minReadySeconds: 4 });
    const { result, conflicts } = await tools.applier.apply(desired, by);
    expect(result).toBe('configured');
    expect(conflicts).toEqual([{ field: '.spec.replicas', manager: 'gitops', operation: 'apply' }]);
    const after = await stored(deployment());
    expect(after['spec']).toMatchObject({ replicas: 9, minReadySeconds: 4 });

    tools.calls.length = 0;
    const again = await tools.applier.apply(desired, by);
    expect([again.result, again.conflicts]).toEqual(['unchanged', conflicts]);
    expect(tools.calls).toEqual([]);

    await expect(
      tools.applier.apply(deployment({ replicas: 3 }), { ...by, conflicts: 'fail' }),
    ).rejects.toBeInstanceOf(FieldConflictError);
    await expect(tools.applier.apply(desired, { ...by, conflicts: 'fail' })).rejects.toBeInstanceOf(
      FieldConflictError,
    );
    const forced = await tools.applier.apply(desired, { ...by, conflicts: 'force' });
    expect(forced.conflicts).toEqual([]);
    expect(replicas(await stored(deployment()))).toBe(2);
    await tools.applier.apply(deployment({ replicas: 3 }), { ...by, conflicts: 'force' });
    expect(replicas(await stored(deployment()))).toBe(3);
  });

  test("an autoscaler's replicas are left to it", async () => {
    await tools.applier.apply(deployment({ replicas: 2 }), by);
    // As the horizontal Pod autoscaler writes: through the scale subresource, under the controller manager's name.
    const scale = await server.transport.send({
      method: 'PATCH',
      path: `/apis/apps/v1/namespaces/${namespace}/deployments/web/scale?fieldManager=kube-controller-manager`,
      contentType: 'application/merge-patch+json',
      body: { spec: { replicas: 7 } },
      verb: 'patch',
      resource: 'deployments/scale',
      idempotent: true,
    });
    expect(scale.status).toBe(200);
    await seen(deployment());
    const { conflicts } = await tools.applier.apply(deployment({ replicas: 2 }), by);
    expect(conflicts).toEqual([expect.objectContaining({ field: '.spec.replicas', subresource: 'scale' })]);
    expect(replicas(await stored(deployment()))).toBe(7);
  });

  test('a field that is handed over keeps its value until its new owner sets it, and can be taken back', async () => {
    const sized = deployment({ replicas: 3 });
    const options = { ...by, handOver: ['spec.replicas'] };
    await tools.applier.apply(sized, options);
    expect((await tools.applier.apply(deployment(), options)).result).toBe('configured');
    expect(replicas(await stored(sized))).toBe(3);
    // Without being told, giving a field up takes it away.
    await tools.applier.apply(deployment({ minReadySeconds: 5 }), options);
    await tools.applier.apply(deployment(), options);
    expect((await stored(sized))['spec']).not.toHaveProperty('minReadySeconds');
    expect(replicas(await stored(sized))).toBe(3);

    const { conflicts } = await tools.applier.apply(deployment({ replicas: 2 }), options);
    expect(conflicts).toEqual([]);
    expect(replicas(await stored(sized))).toBe(2);
    tools.calls.length = 0;
    expect((await tools.applier.apply(deployment({ replicas: 2 }), options)).result).toBe('unchanged');
    expect(tools.calls).toEqual([]);
  });

  test('a field that another gave up without changing it is taken back, at the latest when the object moves', async () => {
    const clock = new FakeClock();
    const patient = await startTools(server, namespace, [DEPLOYMENTS], { labelSelector: SELECTOR, clock });
    const held = async (spec: object) => {
      const { object } = await server.client.apply(
        DEPLOYMENTS,
        { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name: 'web' }, spec },
        { fieldManager: 'gitops', force: true },
      );
      const version = object.metadata.resourceVersion;
      const cache = patient.caches.of(DEPLOYMENTS);
      await eventually(
        'it is seen',
        () => cache.get(`${namespace}/web`)?.metadata.resourceVersion === version,
      );
    };
    try {
      await patient.applier.apply(deployment({ replicas: 2 }), by);
      // One is what the API server makes of it when nobody asks for a number.
      await held({ replicas: 1 });
      const { conflicts } = await patient.applier.apply(deployment({ replicas: 2 }), by);
      expect(conflicts).toHaveLength(1);
      await held({});
      patient.calls.length = 0;
      await patient.applier.apply(deployment({ replicas: 2 }), by);
      expect(patient.calls).toEqual([]);
      clock.advance(60_000);
      const again = await patient.applier.apply(deployment({ replicas: 2 }), by);
      expect([again.result, again.conflicts]).toEqual(['configured', []]);
      expect(replicas(await stored(deployment()))).toBe(2);
    } finally {
      await patient.stop();
    }
  });

  test('an object that someone makes between our look and our write is not taken over', async () => {
    const proxy = await startApiProxy(server.access);
    const behind = await startTools(proxy, namespace, RESOURCES, { labelSelector: SELECTOR });
    const theirs: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: 'raced' },
      data: { a: 'theirs' },
    };
    let made: Promise<unknown> | undefined;
    proxy.decide(({ method }) => {
      if (method !== 'PATCH') return 'pass';
      made ??= server.client.create(CONFIG_MAPS, theirs);
      return { after: made };
    });
    try {
      const ours = configMap('raced', { a: 'ours' });
      await expect(behind.applier.apply(ours, { ...by, owner })).rejects.toBeInstanceOf(ForeignObjectError);
      expect((await stored(ours))['data']).toEqual({ a: 'theirs' });
    } finally {
      await behind.stop();
      await proxy.close();
    }
  });

  test('an object that someone else made is not touched, nor is its content read', async () => {
    const foreign: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'taken' } };
    await server.client.create(SECRETS, { ...foreign, stringData: { password: 'theirs' } });
    const desired: KubeObject = {
      ...foreign,
      metadata: { ...foreign.metadata, labels: LABELS },
      data: { a: 'YQ==' },
    };
    await expect(tools.applier.apply(desired, { ...by, owner })).rejects.toBeInstanceOf(ForeignObjectError);
    expect(Object.keys((await stored(foreign))['data'] as object)).toEqual(['password']);
    expect(tools.calls.map(({ verb }) => verb)).toEqual(['get']);
  });

  test('nor is one that was made a moment ago, and that the API server may not have in its memory yet', async () => {
    for (let count = 0; count < 50; count += 1) {
      const name = `taken-${count}`;
      await server.client.create(CONFIG_MAPS, {
        ...configMap(name, { theirs: 'yes' }),
        metadata: { namespace, name },
      });
      const desired = configMap(name, { ours: 'yes' });
      await expect(tools.applier.apply(desired, { ...by, owner })).rejects.toBeInstanceOf(ForeignObjectError);
      expect((await stored(desired))['data']).toEqual({ theirs: 'yes' });
    }
  });

  test('an object of another owner is not taken over', async () => {
    await tools.applier.apply(configMap('cm', { a: '1' }), { ...by, owner });
    const rival = await server.client.create(CONFIG_MAPS, configMap('rival', {}));
    await expect(tools.applier.apply(configMap('cm', { a: '2' }), { ...by, owner: rival })).rejects.toThrow(
      /is controlled by ConfigMap owner/,
    );
  });

  test('our own object is found again when its labels were taken away', async () => {
    await tools.applier.apply(configMap('cm', { a: '1' }), { ...by, owner });
    await server.client.mergePatch(CONFIG_MAPS, { namespace, name: 'cm' }, { metadata: { labels: null } });
    await eventually('it is out of the cache', () => !tools.caches.of(CONFIG_MAPS).get(`${namespace}/cm`));
    expect((await tools.applier.apply(configMap('cm', { a: '1' }), { ...by, owner })).result).toBe(
      'configured',
    );
    expect((await stored(configMap('cm', {}))).metadata.labels).toEqual(LABELS);
  });
});

describe('prune', () => {
  test('deletes what the owner controls and no longer wants, and nothing else', async () => {
    for (const name of ['kept', 'dropped', 'spared']) {
      await tools.applier.apply(configMap(name, {}), { ...by, owner });
    }
    await tools.applier.apply(configMap('ownerless', {}), by);
    const pruned = await tools.applier.prune({
      owner,
      desired: [configMap('kept', {})],
      keep: ({ metadata }) => metadata.name === 'spared',
    });
    expect(pruned.map(({ metadata }) => metadata.name)).toEqual(['dropped']);
    await eventually('it is gone', async () => !(await lookUp(server, CONFIG_MAPS, namespace, 'dropped')));
    for (const name of ['kept', 'spared', 'ownerless', 'owner']) {
      expect(await lookUp(server, CONFIG_MAPS, namespace, name)).toBeDefined();
    }
  });

  test('does not delete a namesake that was made meanwhile', async () => {
    await tools.applier.apply(configMap('cm', {}), { ...by, owner });
    const old = await stored(configMap('cm', {}));
    await server.client.delete(CONFIG_MAPS, { namespace, name: 'cm' });
    await server.client.create(CONFIG_MAPS, configMap('cm', { fresh: 'yes' }));
    await expect(
      server.client.delete(CONFIG_MAPS, { namespace, name: 'cm' }, { uid: old.metadata.uid ?? '' }),
    ).rejects.toMatchObject({ status: 409 });
    expect((await stored(configMap('cm', {})))['data']).toEqual({ fresh: 'yes' });
  });
});
