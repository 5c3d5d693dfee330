import { describe, expect, test } from '@jest/globals';
import { eventually } from '../test/api-server.ts';
import { PATIENCE_MS, PlatformBench, condition } from '../test/platform-bench.ts';
import type { ChatPlatformStatus } from './api/index.ts';
import { KINDS } from './platform/kinds.ts';
import { LABEL } from './platform/labels.ts';
import { UPGRADE_ORDER } from './platform/rollout.ts';
import type { KubeObject, ResourceRef } from './runtime/index.ts';

const bench = PlatformBench.use();

const MINUTE_MS = 60_000;
const OLD = '0.1.0';
const NEW = '0.2.0';

const versionOf = (object: KubeObject) => object.metadata.labels?.[LABEL.version] ?? '';

/** Versions of the workloads in the order in which they are upgraded. */
async function versions(namespace: string): Promise<string[]> {
  const { items } = await bench.client.list(KINDS.deployment, { namespace });
  const found = new Map(items.map((object) => [object.metadata.name, versionOf(object)]));
  return UPGRADE_ORDER.map((name) => found.get(`demo-${name}`) ?? 'none');
}

const untilVersions = (namespace: string, expected: readonly string[]) =>
  eventually(
    `versions ${expected.join(' ')}`,
    async () => (await versions(namespace)).join() === expected.join(),
    PATIENCE_MS,
  );

const everyOn = (version: string) => UPGRADE_ORDER.map(() => version);

/** Job names by the service they migrate, and whether they only expand. */
async function migrations(namespace: string): Promise<{ service: string; expand: boolean; image: string }[]> {
  const { items } = await bench.client.list(KINDS.job, { namespace });
  return items.map((job) => {
    const { template } = job['spec'] as {
      template: { spec: { containers: { image: string; env: { name: string; value?: string }[] }[] } };
    };
    const [container] = template.spec.containers;
    return {
      service: job.metadata.labels?.['chatplatform.dev/service'] ?? '',
      expand:
        container?.env.some(({ name, value }) => name === 'MIGRATION_PHASE' && value === 'expand') ?? false,
      image: container?.image ?? '',
    };
  });
}

const EVENTS: ResourceRef = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

const untilEvent = (namespace: string, reason: string) =>
  eventually(`event ${reason}`, async () => {
    const { items } = await bench.client.list(EVENTS, { namespace });
    return items.find((event) => event['reason'] === reason);
  });

const untilPhase = (namespace: string, phase: string) =>
  eventually(`phase ${phase}`, async () => {
    const status = await bench.statusOf(namespace);
    return status?.version?.phase === phase ? status : undefined;
  });

const untilGate = (namespace: string, name: string, waitsFor?: string) =>
  eventually(
    `gate ${name}`,
    async () => {
      const status = await bench.statusOf(namespace);
      const { gate } = status ?? {};
      return gate?.name === name && [undefined, gate.waitsFor].includes(waitsFor) ? status : undefined;
    },
    PATIENCE_MS,
  );

/** The status tells what happened, what serves now and what a person can do. */
function expectTakenBack(back: ChatPlatformStatus): void {
  const degraded = condition(back, 'Degraded');
  expect(degraded).toMatchObject({ status: 'True', reason: 'UpgradeRolledBack' });
  expect(degraded?.message).toContain(
    `version ${NEW} was taken back: chat on ${NEW} did not come about within 300 s`,
  );
  expect(degraded?.message).toContain(`set spec.version to ${OLD}`);
  expect(condition(back, 'Ready')).toMatchObject({ status: 'False', reason: 'UpgradeRolledBack' });
  expect(condition(back, 'Available')?.status).toBe('True');
  expect(back.version?.history?.at(-1)).toMatchObject({ version: NEW, outcome: 'RolledBack' });
}

describe('a change of version', () => {
  test('goes from one workload to the next, after the schemas are expanded, and contracts at the end', async () => {
    const namespace = await bench.start({}, { settling: false });
    const hold = { chatMigration: false };
    bench.settle(namespace, { broken: (name) => hold.chatMigration && name.includes('-chat-migrate') });
    await bench.untilReady(namespace);
    expect(await versions(namespace)).toEqual(everyOn(OLD));

    hold.chatMigration = true;
    await bench.patch(namespace, { version: NEW });
    const waiting = await untilGate(namespace, `migrations to ${NEW}`, 'migrating chat');
    expect(waiting.version).toMatchObject({ current: OLD, target: NEW, phase: 'Upgrading' });
    expect(condition(waiting, 'Available')?.status).toBe('True');
    expect(condition(waiting, 'Ready')?.reason).toBe('Upgrading');
    const progress = `waits for migrations to ${NEW} since ${waiting.gate?.since}: migrating chat`;
    expect(condition(waiting, 'Progressing')?.message).toBe(progress);
    expect(await versions(namespace)).toEqual(everyOn(OLD));
    const expansions = (await migrations(namespace)).filter(({ image }) => image.endsWith(NEW));
    expect(expansions.map(({ expand }) => expand)).toEqual(Array.from({ length: 6 }, () => true));

    hold.chatMigration = false;
    const seen = new Set<string>();
    const status = await eventually(
      'the new version serves',
      async () => {
        seen.add((await versions(namespace)).join(' '));
        const now = await bench.statusOf(namespace);
        return now?.version?.current === NEW && condition(now, 'Ready')?.status === 'True' ? now : undefined;
      },
      PATIENCE_MS,
    );
    // Whatever was seen is a row of new ones and then a row of old ones.
    const rows = Array.from({ length: UPGRADE_ORDER.length + 1 }, (_, done) =>
      UPGRADE_ORDER.map((_name, i) => (i < done ? NEW : OLD)).join(' '),
    );
    for (const sight of seen) expect(rows).toContain(sight);
    expect(await versions(namespace)).toEqual(everyOn(NEW));
    expect(status.gate).toBeUndefined();
    expect(status.version?.phase).toBe('Steady');
    expect(status.version?.history?.map(({ version, outcome }) => [version, outcome])).toEqual([
      [OLD, 'Installed'],
      [NEW, 'Upgraded'],
    ]);
    const contractions = await eventually('only what contracts is left', async () => {
      const jobs = await migrations(namespace);
      return jobs.every(({ expand, image }) => !expand && image.endsWith(NEW)) ? jobs : undefined;
    });
    expect(contractions).toHaveLength(6);
    await untilEvent(namespace, 'UpgradeStarted');
    await untilEvent(namespace, 'UpgradeCompleted');
  }, 240_000);

  test('that does not come to serve is taken back, told, and not tried again until the spec changes', async () => {
    const broken = (name: string, object: KubeObject) => name === 'demo-chat' && versionOf(object) === NEW;
    const namespace = await bench.start({ upgrade: { gateTimeout: '5m' } }, { settling: false });
    bench.settle(namespace, { broken });
    await bench.untilReady(namespace);
    await bench.patch(namespace, { version: NEW });
    const halfway = UPGRADE_ORDER.map((_, i) => (i <= UPGRADE_ORDER.indexOf('chat') ? NEW : OLD));
    await untilVersions(namespace, halfway);
    const stuck = await untilGate(namespace, `chat on ${NEW}`);
    expect(condition(stuck, 'Degraded')?.status).toBe('False');
    expect(condition(stuck, 'Available')?.status).toBe('True');

    await bench.passTime(namespace, 4 * MINUTE_MS);
    expect(await versions(namespace)).toEqual(halfway);
    await bench.passTime(namespace, 2 * MINUTE_MS);
    await untilVersions(namespace, everyOn(OLD));
    const back = await untilPhase(namespace, 'RolledBack');
    expectTakenBack(back);
    expect(await untilEvent(namespace, 'UpgradeRolledBack')).toMatchObject({ type: 'Warning' });

    await bench.passTime(namespace, 60 * MINUTE_MS);
    const settled = await bench.statusOf(namespace);
    expect(settled?.version?.phase).toBe('RolledBack');
    expect(await versions(namespace)).toEqual(everyOn(OLD));

    await bench.patch(namespace, { version: '0.2.1' });
    const status = await bench.untilReady(namespace);
    expect(status.version).toMatchObject({ current: '0.2.1', phase: 'Steady' });
    expect(status.version?.rolledBack).toBeUndefined();
    expect(condition(status, 'Degraded')?.status).toBe('False');
  }, 240_000);

  test('waits for the maintenance window', async () => {
    const namespace = await bench.start();
    await bench.untilReady(namespace);
    const opens = new Date(Date.now() + 3 * 60 * MINUTE_MS).toISOString().slice(11, 16);
    await bench.patch(namespace, { version: NEW, maintenanceWindow: { start: opens, duration: '1h' } });
    const held = await untilPhase(namespace, 'Held');
    expect(condition(held, 'Ready')).toMatchObject({ status: 'False', reason: 'HeldByMaintenanceWindow' });
    expect(condition(held, 'Ready')?.message).toMatch(/waits for the maintenance window, which opens at 20/);
    expect(condition(held, 'Degraded')?.status).toBe('False');
    expect(await versions(namespace)).toEqual(everyOn(OLD));
    await untilEvent(namespace, 'UpgradeHeld');

    await bench.passTime(namespace, 3 * 60 * MINUTE_MS);
    await untilVersions(namespace, everyOn(NEW));
  }, 240_000);

  test('and so does the restart of a store, while everything else follows at once', async () => {
    const opens = new Date(Date.now() + 3 * 60 * MINUTE_MS).toISOString().slice(11, 16);
    const namespace = await bench.start({ maintenanceWindow: { start: opens, duration: '1h' } });
    await bench.untilReady(namespace);
    const generation = async (kind: ResourceRef, name: string) =>
      (await bench.lookUp(kind, namespace, name))?.metadata.generation;
    const before = await generation(KINDS.statefulSet, 'demo-redis');
    await bench.patch(namespace, {
      stores: { redis: { managed: { resources: { limits: { memory: '256Mi' } } } } },
      services: { chat: { replicas: 2 } },
    });
    const status = await bench.untilReason(namespace, 'RedisReady', 'HeldByMaintenanceWindow');
    expect(condition(status, 'RedisReady')?.message).toContain('which opens at 20');
    await eventually('chat is scaled', async () => {
      const chat = await bench.lookUp(KINDS.deployment, namespace, 'demo-chat');
      return (chat?.['spec'] as { replicas: number }).replicas === 2;
    });
    await eventually('people are served while Redis waits', async () => {
      const now = await bench.statusOf(namespace);
      const waits = condition(now, 'RedisReady')?.reason === 'HeldByMaintenanceWindow';
      return waits && condition(now, 'Available')?.status === 'True';
    });
    expect(await generation(KINDS.statefulSet, 'demo-redis')).toBe(before);
    await bench.passTime(namespace, 3 * 60 * MINUTE_MS);
    await bench.untilReady(namespace);
    expect(await generation(KINDS.statefulSet, 'demo-redis')).toBe((before ?? 0) + 1);
  }, 240_000);
});
