import { expect, test } from '@jest/globals';
import { eventually } from '../test/api-server.ts';
import { PATIENCE_MS, PlatformBench, condition } from '../test/platform-bench.ts';
import { KINDS } from './platform/kinds.ts';
import { secretValues } from './platform/secrets/credentials.ts';
import type { RotationPhase } from './platform/secrets/rotation.ts';

const bench = PlatformBench.use();

const MINUTE_MS = 60_000;

async function secret(namespace: string, name: string): Promise<Record<string, string>> {
  const found = await bench.lookUp(KINDS.secret, namespace, name);
  return found === undefined ? {} : secretValues(found);
}

/** `user:password` that a service is given. */
async function loginOf(namespace: string): Promise<string> {
  const url = new URL((await secret(namespace, 'demo-chat'))['AMQP_URL'] ?? 'amqp://none');
  return `${url.username}:${url.password}`;
}

const setupJobs = async (namespace: string) =>
  (await bench.namesOf(KINDS.job, namespace)).filter((name) => name.startsWith('demo-rabbitmq-logins-'));

/** Names of the users whom a broker would have after its next start. */
async function usersOfBroker(namespace: string): Promise<string[]> {
  const { 'definitions.json': text = '{}' } = await secret(namespace, 'demo-rabbitmq');
  const { users = [] } = JSON.parse(text) as { users?: { name: string }[] };
  return users.map(({ name }) => name);
}

const untilPhase = (namespace: string, phase: RotationPhase, passing = 0) =>
  eventually(
    `rotation ${phase}`,
    async () => {
      if (passing > 0) await bench.passTime(namespace, passing);
      const { rotations = [] } = (await bench.statusOf(namespace)) ?? {};
      return rotations.find(({ name }) => name === 'rabbitmq')?.phase === phase;
    },
    PATIENCE_MS,
  );

test('a login of a store is replaced step by step, over the death of the operator in each, and no store restarts', async () => {
  const namespace = await bench.server.namespace();
  let operator = await bench.startIn(namespace, {});
  await bench.untilReady(namespace);
  const restart = async () => {
    await operator.stop();
    operator = await bench.operate(namespace);
  };
  const old = await loginOf(namespace);
  expect(old).toMatch(/^chatplatform:/);
  const broker = async () => (await bench.lookUp(KINDS.statefulSet, namespace, 'demo-rabbitmq'))?.metadata;
  const generation = (await broker())?.generation;

  // Jobs are left alone from here on: the phases wait for them.
  const broken = new Set<string>(['demo-rabbitmq-logins-']);
  await bench.unsettle();
  bench.settle(namespace, { broken: (name) => [...broken].some((prefix) => name.startsWith(prefix)) });
  await bench.annotate(namespace, { 'chatplatform.dev/rotate': 'rabbitmq-1' });
  await untilPhase(namespace, 'Adding');
  await eventually('the store is told', async () => (await setupJobs(namespace)).length === 1);
  await restart();
  await bench.passTime(namespace, 60 * MINUTE_MS);
  await bench.untilReason(namespace, 'StoreLoginsSet', 'SettingLogins');
  expect(await usersOfBroker(namespace)).toEqual([
    ...['chatplatform-admin', 'chatplatform-admin-2'],
    ...['chatplatform', 'chatplatform-2'],
  ]);
  expect(await loginOf(namespace)).toBe(old);
  expect(await bench.namesOf(KINDS.networkPolicy, namespace)).toContain('demo-store-logins');

  // The store knows both; a service that does not come up with the new one holds back the end of the old one.
  broken.clear();
  broken.add('demo-gateway');
  await untilPhase(namespace, 'Switching', MINUTE_MS);
  await eventually('services are rolled', async () => (await loginOf(namespace)) !== old);
  const renewed = await loginOf(namespace);
  expect(renewed).toMatch(/^chatplatform-2:/);
  await restart();
  await bench.passTime(namespace, 60 * MINUTE_MS);
  await bench.untilReason(namespace, 'GatewayReady', 'RollingOut');
  expect(await usersOfBroker(namespace)).toEqual([
    ...['chatplatform-admin-2', 'chatplatform-admin'],
    ...['chatplatform-2', 'chatplatform'],
  ]);

  broken.clear();
  broken.add('demo-rabbitmq-logins-');
  await untilPhase(namespace, 'Revoking', MINUTE_MS);
  await restart();
  await eventually(
    'the old one is on its way out',
    async () => (await usersOfBroker(namespace)).length === 2,
  );
  expect(await usersOfBroker(namespace)).toEqual(['chatplatform-admin-2', 'chatplatform-2']);
  expect(await loginOf(namespace)).toBe(renewed);

  broken.clear();
  await untilPhase(namespace, 'Done', MINUTE_MS);
  await bench.untilReady(namespace);
  await eventually('nothing of it is left', async () => {
    const policies = await bench.namesOf(KINDS.networkPolicy, namespace);
    return (await setupJobs(namespace)).length === 0 && !policies.includes('demo-store-logins');
  });
  expect(await loginOf(namespace)).toBe(renewed);
  expect((await broker())?.generation).toBe(generation);
}, 300_000);

test('the logins of all stores are replaced at once, and none restarts', async () => {
  const namespace = await bench.start();
  await bench.untilReady(namespace);
  const names = ['redis', 'rabbitmq', 'postgresql', 'mongodb', 'influxdb'];
  const generations = () =>
    Promise.all(
      names.map(
        async (name) =>
          (await bench.lookUp(KINDS.statefulSet, namespace, `demo-${name}`))?.metadata.generation,
      ),
    );
  const kept = async () => {
    const { jwtSigningKey: _, ...rest } = await secret(namespace, 'demo-credentials');
    return Object.entries(rest).filter(([name]) =>
      /^(?:redis|rabbitmq|postgresql|mongodb|influxdb)/.test(name),
    );
  };
  const [before, running] = [new Map(await kept()), await generations()];
  await bench.annotate(namespace, {
    'chatplatform.dev/rotate': names.map((name) => `${name}-1`).join(','),
  });
  await eventually(
    'all are done',
    async () => {
      await bench.passTime(namespace, MINUTE_MS);
      const { rotations = [] } = (await bench.statusOf(namespace)) ?? {};
      return rotations.length === names.length && rotations.every(({ phase }) => phase === 'Done');
    },
    PATIENCE_MS,
  );
  const unchanged = (await kept()).filter(([name, value]) => before.get(name) === value);
  expect(unchanged.map(([name]) => name)).toEqual(['rabbitmqSalt']);
  for (const [, value] of await kept()) expect(value).not.toContain(' ');
  expect(await generations()).toEqual(running);
}, 180_000);

test('what belongs to somebody else is not rotated, and it is said what to do', async () => {
  const namespace = await bench.server.namespace();
  await bench.client.create(KINDS.secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'elsewhere', namespace },
    data: { url: Buffer.from('redis://:x@redis.example.org').toString('base64') },
  });
  const external = { host: 'redis.example.org', secretRef: { name: 'elsewhere' } };
  await bench.startIn(namespace, {
    stores: { sql: { engine: 'PostgreSQL' }, redis: { external } },
  });
  await bench.untilReady(namespace);
  await bench.annotate(namespace, { 'chatplatform.dev/rotate': 'redis-1' });
  const status = await bench.untilReason(namespace, 'Warnings', 'SpecUnwise');
  expect(condition(status, 'Warnings')?.message).toContain('"redis-1": redis is not run by this platform');
  expect(status.rotations).toBeUndefined();
}, 120_000);
