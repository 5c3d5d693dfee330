import { expect, test } from '@jest/globals';
import { eventually } from '../test/api-server.ts';
import { PATIENCE_MS, PlatformBench, condition } from '../test/platform-bench.ts';
import { settleOnce } from '../test/stand-in-controllers.ts';
import { SERVICE_NAMES } from './api/index.ts';
import { KINDS } from './platform/kinds.ts';

const bench = PlatformBench.use();

/** It is in the settings of every service. */
const CHANGE = { exposure: { url: 'http://other.test:30080' } };

async function generations(namespace: string): Promise<Map<string, number | undefined>> {
  const { items } = await bench.client.list(KINDS.deployment, { namespace });
  return new Map(items.map(({ metadata }) => [metadata.name, metadata.generation]));
}

const changedSince = async (before: Map<string, number | undefined>, namespace: string) =>
  [...(await generations(namespace))]
    .filter(([name, generation]) => before.get(name) !== generation)
    .map(([name]) => name);

test('a change that concerns several replaces the Pods of one after the other', async () => {
  const namespace = await bench.start();
  await bench.untilReady(namespace);
  await bench.unsettle();
  const before = await generations(namespace);
  await bench.patch(namespace, CHANGE);
  const status = await bench.untilReason(namespace, 'ChatReady', 'RollingOut');
  expect(condition(status, 'ChatReady')?.message).toBe('its Pods are replaced after those of auth');
  expect(condition(status, 'Available')?.status).toBe('True');
  for (let count = 1; count <= SERVICE_NAMES.length; count += 1) {
    await eventually(
      `${count} are changed`,
      async () => (await changedSince(before, namespace)).length >= count,
      PATIENCE_MS,
    );
    // Time for whoever were to be next, though the last one does not serve yet.
    await bench.passTime(namespace, 1_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await changedSince(before, namespace)).toHaveLength(count);
    await settleOnce({ client: bench.client, namespace });
  }
  await bench.untilReady(namespace);
}, 240_000);

test('one that the API server refuses holds up no other', async () => {
  const namespace = await bench.start();
  await bench.untilReady(namespace);
  const containers = [{ name: 'auth', resources: { limits: { cpu: '-1' } } }];
  await bench.patch(namespace, { services: { auth: { podTemplate: { spec: { containers } } } } });
  await bench.untilReason(namespace, 'AuthReady', 'ApplyRefused');
  const before = await generations(namespace);
  await bench.patch(namespace, CHANGE);
  const others = SERVICE_NAMES.filter((name) => name !== 'auth').map((name) => `demo-${name}`);
  await eventually(
    'all others to be changed',
    async () => {
      const changed = new Set(await changedSince(before, namespace));
      return others.every((name) => changed.has(name));
    },
    PATIENCE_MS,
  );
}, 240_000);
