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
  await holds('first', 15_000);
  const second = launch('second');
  await server.client.create(GREETINGS, greeting(namespace, 'world', { names: ['ada'] }));
  await greeted('ada');
  // The standby has looked at the lease, and its caches are warm.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  return { first, second };
};

const greeted = (name: string, withinMs = 10_000) =>
  eventually(`${name} is greeted`, () => lookUp(server, CONFIG_MAPS, namespace, `world-${name}`), withinMs);

const wish = (names: string[]) =>
  server.client.mergePatch(GREETINGS, { namespace, name: 'world' }, { spec: { names } });

describe('two operators at once', () => {
  test('a graceful stop hands over within two seconds', async () => {
    const { first } = await launchTwo();
    first.kill('SIGTERM');
    await holds('second', 2_000);
    await wish(['ada', 'bob']);
    await greeted('bob');
    if (first.exitCode === null) await once(first, 'exit');
    expect(first.exitCode).toBe(0);
  }, 40_000);

  test('after a kill -9 the standby works within fifteen seconds', async () => {
    const { first } = await launchTwo();
    const killed = performance.now();
    first.kill('SIGKILL');
    await wish(['ada', 'bob']);
    await greeted('bob', 15_000);
    expect(performance.now() - killed).toBeLessThan(15_000);
    expect(await holder()).toBe('second');
  }, 50_000);

  test('one that was stopped past its lease writes nothing when it goes on, and ends', async () => {
    const { first, second } = await launchTwo();
    first.kill('SIGSTOP');
    await holds('second', 15_000);
    // Without the second one, a write would have to be of the first.
    second.kill('SIGKILL');
    await once(second, 'exit');
    await wish(['ada', 'bob']);
    const exit = once(first, 'exit');
    first.kill('SIGCONT');
    expect(await exit).toEqual([1, null]);
    expect(await lookUp(server, CONFIG_MAPS, namespace, 'world-bob')).toBeUndefined();
    expect(await holder()).toBe('second');
  }, 60_000);
});
