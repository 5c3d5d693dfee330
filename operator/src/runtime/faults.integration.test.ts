import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startApiProxy, type ApiProxy } from '../../test/api-proxy.ts';
import { CONFIG_MAPS, connectTestApiServer, eventually, type TestApiServer } from '../../test/api-server.ts';
import { startGreeter, type Greeter, type GreeterOptions } from '../../test/greeter.ts';
import { sleep, systemClock } from './clock.ts';
import { greeting, GREETINGS, installGreetings } from '../../test/greeting.ts';
import { startOwnApiServer, type OwnApiServer } from '../../test/own-api-server.ts';

let greeter: Greeter | undefined;

const greetingsIn = async (server: TestApiServer, namespace: string): Promise<Record<string, string>> => {
  const { items } = await server.client.list(CONFIG_MAPS, { namespace });
  const ours = items.filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt');
  return Object.fromEntries(
    ours.map(({ metadata, data }) => [metadata.name, (data as Record<string, string>)['greeting'] ?? '']),
  );
};

const converges = (
  server: TestApiServer,
  namespace: string,
  wanted: Record<string, string>,
  withinMs = 30_000,
) =>
  eventually(
    `the greetings are ${JSON.stringify(wanted)}`,
    async () => {
      const found = await greetingsIn(server, namespace);
      const names = Object.keys(wanted);
      return (
        names.length === Object.keys(found).length && names.every((name) => found[name] === wanted[name])
      );
    },
    withinMs,
  );

afterEach(async () => {
  await greeter?.stop();
  greeter = undefined;
});

describe('with a bad network in between', () => {
  let server: TestApiServer;
  let proxy: ApiProxy;
  let namespace: string;

  beforeAll(async () => {
    server = await connectTestApiServer();
    await installGreetings(server);
  }, 60_000);

  afterAll(() => server.close());

  beforeEach(async () => {
    proxy = await startApiProxy(server.access);
    namespace = await server.namespace();
  });

  afterEach(async () => {
    await greeter?.stop();
    greeter = undefined;
    await proxy.close();
  });

  const start = (options: Partial<GreeterOptions> = {}) => {
    greeter = startGreeter({ access: proxy.access, namespace, ...options });
    return greeter;
  };

  const create = (names: string[]) =>
    server.client.create(GREETINGS, greeting(namespace, 'world', { names }));

  test('a storm of 429 and 500 only delays', async () => {
    let count = 0;
    proxy.decide((request) => {
      if (request.method === 'GET') return 'pass';
      count += 1;
      if (count % 4 === 0) return 'pass';
      return count % 2 === 0 ? { status: 500 } : { status: 429, retryAfterSeconds: 0 };
    });
    start();
    await create(['ada', 'bob', 'cleo']);
    const greetings = { 'world-ada': 'hello, ada', 'world-bob': 'hello, bob', 'world-cleo': 'hello, cleo' };
    await converges(server, namespace, greetings, 30_000);
    expect(count).toBeGreaterThanOrEqual(12);
  }, 90_000);

  test('a watch that falls silent is noticed, and what it did not tell is made good', async () => {
    const { operator } = start({ reflectorTimings: { idleMs: 1_500 }, requestTimeoutMs: 1_000 });
    await create(['ada']);
    await converges(server, namespace, { 'world-ada': 'hello, ada' });
    proxy.freeze();
    await server.client.delete(CONFIG_MAPS, { namespace, name: 'world-ada' });
    await server.client.mergePatch(
      GREETINGS,
      { namespace, name: 'world' },
      { spec: { names: ['ada', 'bob'] } },
    );
    await converges(server, namespace, { 'world-ada': 'hello, ada', 'world-bob': 'hello, bob' });
    const restarts = (await operator.metrics.watchRestartsTotal.get()).values;
    const idle = restarts.filter(({ labels, value }) => labels.reason === 'idle' && value > 0);
    expect(idle.map(({ labels }) => labels.resource).sort()).toEqual(['configmaps', 'greetings']);
  }, 90_000);

  test('connections cut at every third request lose nothing and double nothing', async () => {
    let count = 0;
    proxy.decide(() => (++count % 3 === 0 ? 'cut' : 'pass'));
    start();
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
    await create(names);
    const wanted = Object.fromEntries(names.map((name) => [`world-${name}`, `hello, ${name}`]));
    await converges(server, namespace, wanted, 30_000);
  }, 90_000);

  test('slow answers only delay', async () => {
    let count = 0;
    proxy.decide(() => ({ after: sleep(systemClock, (++count % 4) * 250) }));
    start();
    const names = ['ada', 'bob', 'cleo'];
    await create(names);
    const wanted = Object.fromEntries(names.map((name) => [`world-${name}`, `hello, ${name}`]));
    await converges(server, namespace, wanted, 30_000);
    await server.client.mergePatch(GREETINGS, { namespace, name: 'world' }, { spec: { names: ['bob'] } });
    await converges(server, namespace, { 'world-bob': 'hello, bob' }, 30_000);
  }, 90_000);

  test('a clock that is set a year on and back again disturbs nothing', async () => {
    let offset = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + offset };
    start({ clock, resyncMs: 300 });
    const YEAR_MS = 31_536_000_000;
    const wanted: Record<string, string> = {};
    for (const [i, name] of ['ada', 'bob', 'cleo', 'dan'].entries()) {
      offset = i % 2 === 0 ? YEAR_MS : -YEAR_MS;
      wanted[`world-${name}`] = `hello, ${name}`;
      const names = Object.keys(wanted).map((each) => each.slice('world-'.length));
      if (i === 0) await create(names);
      else await server.client.mergePatch(GREETINGS, { namespace, name: 'world' }, { spec: { names } });
      await converges(server, namespace, wanted);
    }
  }, 60_000);

  test('two operators at once, with nobody to decide between them, agree and come to rest', async () => {
    const rival = startGreeter({ access: proxy.access, namespace, resyncMs: 100 });
    const { reconciles } = start({ resyncMs: 100 });
    await create(['ada', 'bob']);
    for (const names of [['ada'], ['bob', 'cleo', 'dan'], ['ada', 'dan'], ['cleo', 'ada', 'bob']]) {
      await server.client.mergePatch(GREETINGS, { namespace, name: 'world' }, { spec: { names } });
    }
    const wanted = { 'world-cleo': 'hello, cleo', 'world-ada': 'hello, ada', 'world-bob': 'hello, bob' };
    await converges(server, namespace, wanted, 30_000);
    let settled = -1;
    await eventually('nobody writes', async () => {
      const before = settled;
      settled = proxy.writes.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return before === settled;
    });
    const looks = reconciles.get('world') ?? 0;
    await eventually('they have looked again and again', () => (reconciles.get('world') ?? 0) > looks + 10);
    expect(proxy.writes.slice(settled)).toEqual([]);
    await rival.stop();
    await converges(server, namespace, wanted);
  }, 60_000);

  test('an operator that starts while the API server is away works when it comes', async () => {
    proxy.decide(() => 'cut');
    const { operator } = start();
    await create(['ada']);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(operator.caches.hasSynced()).toBe(false);
    proxy.decide(() => 'pass');
    await converges(server, namespace, { 'world-ada': 'hello, ada' }, 20_000);
  }, 60_000);

  test('a refused write is that key only: its neighbour is served meanwhile', async () => {
    proxy.decide(({ url = '', method }) =>
      method === 'PATCH' && url.includes('bad-') ? { status: 500 } : 'pass',
    );
    start();
    await server.client.create(GREETINGS, greeting(namespace, 'bad', { names: ['x'] }));
    await server.client.create(GREETINGS, greeting(namespace, 'good', { names: ['y'] }));
    await converges(server, namespace, { 'good-y': 'hello, y' });
    proxy.decide(() => 'pass');
    await converges(server, namespace, { 'good-y': 'hello, y', 'bad-x': 'hello, x' }, 30_000);
  }, 90_000);
});

describe('with an API server that dies', () => {
  let server: OwnApiServer;
  let proxy: ApiProxy;

  beforeAll(async () => {
    server = await startOwnApiServer();
    proxy = await startApiProxy(server.access);
    await installGreetings(server);
  }, 60_000);

  afterAll(async () => {
    await proxy.close();
    await server.close();
  }, 60_000);

  test('killed and started again in the middle of a watch, and with a history that is gone (410)', async () => {
    const namespace = await server.namespace();
    greeter = startGreeter({ access: proxy.access, namespace });
    await server.client.create(GREETINGS, greeting(namespace, 'world', { names: ['ada', 'bob'] }));
    await converges(server, namespace, { 'world-ada': 'hello, ada', 'world-bob': 'hello, bob' });

    await server.kill();
    proxy.decide(() => 'cut');
    await server.start();
    // Behind the operator's back: the new server's watch cache begins after this.
    await server.client.delete(CONFIG_MAPS, { namespace, name: 'world-ada' });
    await server.client.mergePatch(
      GREETINGS,
      { namespace, name: 'world' },
      { spec: { names: ['ada', 'cleo'] } },
    );
    await server.compactEtcd();
    await server.kill();
    await server.start();
    proxy.decide(() => 'pass');
    await converges(server, namespace, { 'world-ada': 'hello, ada', 'world-cleo': 'hello, cleo' }, 90_000);

    const restarts = (await greeter.operator.metrics.watchRestartsTotal.get()).values;
    const of = (reason: string) =>
      restarts.filter(({ labels }) => labels.reason === reason).reduce((sum, { value }) => sum + value, 0);
    expect(of('error')).toBeGreaterThan(0);
    expect(of('gone')).toBeGreaterThan(0);
  }, 180_000);

  const AWAY_MS = Number(process.env['ETCD_AWAY_SECONDS'] ?? 5) * 1000;

  test(
    `etcd away for ${AWAY_MS / 1000} s: what was asked for meanwhile is done when it is back`,
    async () => {
      const namespace = await server.namespace();
      greeter = startGreeter({ access: server.access, namespace, requestTimeoutMs: 2_000 });
      await server.client.create(GREETINGS, greeting(namespace, 'world', { names: ['ada', 'bob'] }));
      await converges(server, namespace, { 'world-ada': 'hello, ada', 'world-bob': 'hello, bob' });

      server.pauseEtcd();
      // It hangs until etcd is back, or is refused: then it is asked for again.
      const spec = { names: ['ada', 'cleo'] };
      const wish = () => server.client.mergePatch(GREETINGS, { namespace, name: 'world' }, { spec });
      const early = wish().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
      server.resumeEtcd();
      await early;
      await eventually(
        'the API server takes writes',
        () =>
          wish().then(
            () => true,
            () => false,
          ),
        60_000,
      );
      await converges(server, namespace, { 'world-ada': 'hello, ada', 'world-cleo': 'hello, cleo' }, 60_000);
    },
    AWAY_MS + 150_000,
  );
});
