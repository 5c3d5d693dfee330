import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { toError } from '@chatplatform/kit/errors';
import { connectMongo } from '@chatplatform/kit/mongo';
import { check, countByKind } from './checker.ts';
import { type Company, gatherCompany } from './company.ts';
import type { History } from './history.ts';
import { dieAt, OUTBOX_STEPS, type OutboxStep } from './outbox-steps.ts';
import { inPool } from './pool.ts';
import { run, type Run } from './run.ts';
import { startEagerAcknowledger } from './world/eager-acknowledger.ts';
import { openWorld } from './world/open-world.ts';
import type { World } from './world/world.ts';

/**
 * What must not happen does not, whoever dies; and were it to happen, it would be seen. One world for all of it: to start
 * the stores takes longer than to run a seed.
 */
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
/** Runs side by side share the processes, and so one another's faults. */
const AT_ONCE = 5;
let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(async () => {
  await world.close();
});

describe('a Pod that dies at any step of the outbox loses, doubles and reorders nothing', () => {
  let company: Company;
  beforeAll(async () => {
    company = await gatherCompany(world, { people: 3, channels: 1 });
    expect(await company.catchUp()).toBe(true);
  });
  afterAll(() => company.leave());

  const steps = OUTBOX_STEPS.map((step) => [step.name, step] as const);
  test.each(steps)('%s', async (name, step) => {
    await dieAt(world, company, step, `said ${name}`);
    expect(await company.catchUp()).toBe(true);
    expect(check(await company.gather())).toEqual([]);
  });
});

describe('a seeded workload with kills and network faults', () => {
  const runs = new Map<number, Run | Error>();
  beforeAll(
    () => inPool(SEEDS, AT_ONCE, async (seed) => void runs.set(seed, await run(world, seed).catch(toError))),
    20 * 60_000,
  );

  test.each(SEEDS)('seed %i', (seed) => {
    const result = runs.get(seed);
    if (result === undefined || result instanceof Error) throw result ?? new Error('did not run to its end');
    expect(check(result.history)).toEqual([]);
    expect(result.caughtUpMs).toBeDefined();
  });

  // Nothing found in nothing said would be no proof. One seed alone may be slow to come to its changes.
  test('all of them together say and change a lot', () => {
    const histories = [...runs.values()].flatMap((result) =>
      result instanceof Error ? [] : [result.history],
    );
    const perSeed = (count: (history: History) => number) =>
      histories.reduce((sum, history) => sum + count(history), 0) / SEEDS.length;
    expect(perSeed(({ said }) => said.length)).toBeGreaterThan(30);
    expect(perSeed(({ changes }) => changes.length)).toBeGreaterThan(5);
  });
});

describe('the checker sees a system that is broken on purpose', () => {
  let company: Company;
  beforeEach(async () => {
    await world.heal();
    company = await gatherCompany(world, { people: 2, channels: 1 });
    expect(await company.catchUp()).toBe(true);
  });
  afterEach(() => company.leave());

  test('skip the inbox: an event that is delivered twice has its effect twice', async () => {
    const careless = await world.observe('careless', false);
    await dieAt(
      world,
      company,
      stepNamed('after it is published, before it is confirmed'),
      'published twice',
    );
    expect(await company.catchUp()).toBe(true);
    expect(check(await company.gather())).toEqual([]);
    await eventually(async () => {
      const found = countByKind(check(await company.gather(careless)));
      expect(found).toMatchObject({ doubled: 1, phantom: 0, reordered: 0, 'wrong unread': 0 });
    });
  });

  test('acknowledge before the write: what was acknowledged is gone', async () => {
    const liars = await Promise.all(world.chatPorts.map(startEagerAcknowledger));
    try {
      liars.forEach(({ port }, pod) => world.ways[pod as 0 | 1].gatewayToChat.redirect(port));
      await company.participants[1]?.say(company.channelIds[0] ?? '', 'acknowledged and gone');
      const counts = countByKind(check(await company.gather()));
      expect(counts.lost).toBeGreaterThan(0);
      expect(counts.phantom).toBeGreaterThan(0);
    } finally {
      liars.forEach((liar) => liar.close());
      world.chatPorts.forEach((port, pod) => world.ways[pod as 0 | 1].gatewayToChat.redirect(port));
    }
  });

  test('forget an edit: what it said is neither stored nor what people see', async () => {
    const [speaker] = company.participants;
    const channelId = company.channelIds[0] ?? '';
    await speaker?.say(channelId, 'first wording');
    await eventually(async () => expect(speaker?.view(channelId).looks?.size).toBe(1));
    await speaker?.edit(channelId, 0, 'second wording');
    expect(await company.catchUp()).toBe(true);
    expect(check(await company.gather())).toEqual([]);
    await forgetEdits(world.mongoUrl, channelId);
    expect(countByKind(check(await company.gather()))).toMatchObject({ lost: 1, diverged: 3, phantom: 0 });
  });

  test('let a removed member stay in the room: they hear what they must not', async () => {
    const [owner, removed] = company.participants;
    const channelId = company.channelIds[0] ?? '';
    const userId = removed?.userId ?? '';
    await owner?.ask((api) => api.removeMember(channelId, userId));
    expect(await company.catchUp()).toBe(true);
    await world.signalGateways('member:added', { channelId, userId });
    await eventually(async () => {
      await owner?.say(channelId, 'not for everybody');
      expect(countByKind(check(await company.gather())).leaked).toBeGreaterThan(0);
    });
  });

  test('drop the unique index: a retry is stored again', async () => {
    const [speaker] = company.participants;
    const channelId = company.channelIds[0] ?? '';
    const text = 'stored twice';
    const first = await speaker?.say(channelId, text);
    await dropUniqueIndex(world.mongoUrl);
    // As a client does that has not heard of the first.
    speaker?.client.send(channelId, { text, clientMessageId: first?.clientMessageId ?? '' });
    await eventually(async () => {
      expect(countByKind(check(await company.gather())).doubled).toBeGreaterThan(0);
    });
  });
});

function stepNamed(name: string): OutboxStep {
  const step = OUTBOX_STEPS.find((each) => each.name === name);
  if (step === undefined) throw new Error(`no step is named "${name}"`);
  return step;
}

/** The promise of a send that is idempotent for ever. */
async function dropUniqueIndex(url: string): Promise<void> {
  const mongo = await connectMongo({ url, database: 'chat' });
  await mongo.db.collection('entries').dropIndex('operation');
  await mongo.close();
}

/** As a projection would that takes an edit for applied. */
async function forgetEdits(url: string, channelId: string): Promise<void> {
  const mongo = await connectMongo({ url, database: 'chat' });
  await mongo.db.collection('entries').updateMany({ channelId }, { $unset: { 'state.edited': '' } });
  await mongo.close();
}

/** Tries again while it does not hold. */
async function eventually(expectation: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      await expectation();
      return;
    } catch (error) {
      if (tries === 120) throw error;
      await pause(500);
    }
}
