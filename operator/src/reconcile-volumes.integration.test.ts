import { expect, test } from '@jest/globals';
import { eventually } from '../test/api-server.ts';
import { PATIENCE_MS, PlatformBench, condition } from '../test/platform-bench.ts';
import { KINDS } from './platform/kinds.ts';
import type { ResourceRef } from './runtime/index.ts';

const bench = PlatformBench.use();

const STORAGE_CLASSES: ResourceRef = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  namespaced: false,
};

/** As whoever brings storage to a cluster does: nobody provides volumes here. */
async function makeClass(name: string, allowVolumeExpansion: boolean): Promise<string> {
  await bench.client.create(STORAGE_CLASSES, {
    apiVersion: STORAGE_CLASSES.apiVersion,
    kind: STORAGE_CLASSES.kind,
    metadata: { name },
    provisioner: 'example.org/none',
    allowVolumeExpansion,
  });
  return name;
}

/** A claim can only grow once it has a volume. */
async function bind(namespace: string, name: string): Promise<void> {
  const at = { namespace, name };
  await bench.client.mergePatch(KINDS.persistentVolumeClaim, at, { spec: { volumeName: `${namespace}-v` } });
  const status = { phase: 'Bound', capacity: { storage: '1Gi' } };
  await bench.client.mergePatch(KINDS.persistentVolumeClaim, at, { status }, { subresource: 'status' });
}

async function platformWith(className: string): Promise<string> {
  const namespace = await bench.start({ storage: { className, policy: 'Delete' } });
  await bench.untilReady(namespace);
  await bind(namespace, 'demo-redis-data');
  return namespace;
}

const grow = (namespace: string) =>
  bench.patch(namespace, { stores: { redis: { managed: { storage: { size: '12Gi' } } } } });

async function requested(namespace: string): Promise<string | undefined> {
  const claim = await bench.lookUp(KINDS.persistentVolumeClaim, namespace, 'demo-redis-data');
  const spec = claim?.['spec'] as { resources?: { requests?: { storage?: string } } } | undefined;
  return spec?.resources?.requests?.storage;
}

test('a volume grows with the spec, and its store is not restarted', async () => {
  const namespace = await platformWith(await makeClass(`grows-${Date.now()}`, true));
  const store = async () =>
    (await bench.lookUp(KINDS.statefulSet, namespace, 'demo-redis'))?.metadata.generation;
  const before = await store();
  await grow(namespace);
  await eventually(
    'the claim to ask for more',
    async () => (await requested(namespace)) === '12Gi',
    PATIENCE_MS,
  );
  await bench.untilReady(namespace);
  expect(await store()).toBe(before);
}, 240_000);

test('where the class does not let it grow, that is told, and the store serves on', async () => {
  const namespace = await platformWith(await makeClass(`stays-${Date.now()}`, false));
  const before = await requested(namespace);
  await grow(namespace);
  const status = await bench.untilReason(namespace, 'RedisReady', 'ApplyRefused');
  expect(condition(status, 'RedisReady')?.message).toMatch(/storageclass.*resize/i);
  expect(condition(status, 'Available')?.status).toBe('True');
  expect(await requested(namespace)).toBe(before);
}, 240_000);
