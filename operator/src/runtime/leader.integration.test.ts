import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  CONFIG_MAPS,
  connectTestApiServer,
  eventually,
  lookUp,
  type TestApiServer,
} from '../../test/api-server.ts';
import { greeting, GREETINGS, installGreetings } from '../../test/greeting.ts';
import { LEASES, specOf } from './leader/lease.ts';

const PROGRAM = new URL('../../test/greeter-process.ts', import.meta.url).pathname;

let server: TestApiServer;
let namespace: string;
let processes: ChildProcess[] = [];

beforeAll(async () => {
  server = await connectTestApiServer();
  await installGreetings(server);
}, 60_000);

afterAll(() => server.close());

beforeEach(async () => {
  namespace = await server.namespace();
});

afterEach(() => {
  for (const child of processes) child.kill('SIGKILL');
  processes = [];
});

const launch = (identity: string): ChildProcess => {
  const env = { ...process.env, KUBECONFIG: server.kubeconfig, NAMESPACE: namespace, IDENTITY: identity };
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  processes.push(child);
  return child;
};

const holder = async () => {
  const lease = await lookUp(server, LEASES, namespace, 'greeter');
  return lease && specOf(lease).holderIdentity;
};

const holds = (identity: string, withinMs: number) =>
  eventually(`${identity} holds the lease`, async () => (await holder()) === identity, withinMs);

/** First one leads, second one stands by. */
const launchTwo = async () => {
  const first = launch('first');
  await holds('first', EXPIRED_WITHIN_MS);
  const second = launch('second');
  await server.client.create(GREETINGS, greeting(namespace, 'world', { names: ['ada'] }));
  await greeted('ada');
  // The standby has looked at the lease, and its caches are warm.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  return { first, second };
};

const greeted = (name: string, withinMs = 30_000) =>
  eventually(`${name} is greeted`, () => lookUp(server, CONFIG_MAPS, namespace, `world-${name}`), withinMs);

const wish = (names: string[]) =>
  server.client.mergePatch(GREETINGS, { namespace, name: 'world' }, { spec: { names } });

/**
 * The promised times, two and fifteen seconds, are arithmetic of lease and polling, which the elector's own test does
 * with a clock of its own. Here the bounds are wider, since a busy machine may stop a process for seconds; but the first
 * is shorter than a lease, so that nothing but a release can keep it.
 */
const RELEASED_WITHIN_MS = 6_000;
const EXPIRED_WITHIN_MS = 30_000;

describe('two operators at once', () => {
  test('a graceful stop hands over at once', async () => {
    const { first } = await launchTwo();
    first.kill('SIGTERM');
    await holds('second', RELEASED_WITHIN_MS);
    await wish(['ada', 'bob']);
    await greeted('bob', EXPIRED_WITHIN_MS);
    if (first.exitCode === null) await once(first, 'exit');
    expect(first.exitCode).toBe(0);
  }, 90_000);

  test('after a kill -9 the standby takes over when the lease has run out', async () => {
    const { first } = await launchTwo();
    first.kill('SIGKILL');
    await wish(['ada', 'bob']);
    await greeted('bob', EXPIRED_WITHIN_MS);
    expect(await holder()).toBe('second');
  }, 90_000);

  test('one that was stopped past its lease writes nothing when it goes on, and ends', async () => {
    const { first, second } = await launchTwo();
    first.kill('SIGSTOP');
    await holds('second', EXPIRED_WITHIN_MS);
    // Without the second one, a write would have to be of the first.
    second.kill('SIGKILL');
    await once(second, 'exit');
    await wish(['ada', 'bob']);
    const exit = once(first, 'exit');
    first.kill('SIGCONT');
    expect(await exit).toEqual([1, null]);
    expect(await lookUp(server, CONFIG_MAPS, namespace, 'world-bob')).toBeUndefined();
    expect(await holder()).toBe('second');
  }, 90_000);
});
