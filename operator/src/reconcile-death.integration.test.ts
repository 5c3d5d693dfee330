import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startApiProxy, type ApiProxy } from '../test/api-proxy.ts';
import { eventually } from '../test/api-server.ts';
import { operatorAccess } from '../test/operator-account.ts';
import { PlatformBench, demo } from '../test/platform-bench.ts';
import { startPlatformOperator } from '../test/platform-operator.ts';
import { predictableEntropy } from '../test/platform-of.ts';
import { worldOf } from '../test/world.ts';
import { CHAT_PLATFORM } from './caches.ts';
import { KINDS } from './platform/kinds.ts';

const bench = PlatformBench.use();

let proxy: ApiProxy;
let namespace: string;

beforeEach(async () => {
  namespace = await bench.server.namespace();
  proxy = await startApiProxy(await operatorAccess(bench.server, namespace));
  bench.settle(namespace);
});

afterEach(() => proxy.close());

/** Each operator lives for so many writes: 1 = every write of the reconcile is somebody's last. */
const WRITES_A_LIFE = Number(process.env['WRITES_A_LIFE'] ?? 4);
/** Each life begins with the start of an operator. */
const TIMEOUT_MS = 720_000 / WRITES_A_LIFE;

/**
 * One operator after the other, each killed at its last write: it reaches the API server, but the answer does not
 * come back, and nothing else gets through. Until one finds nothing left to write. Answers what each died at.
 */
const liveAndDie = async (isOver: () => Promise<boolean>): Promise<string[]> => {
  const deaths: string[] = [];
  for (;;) {
    let writes = 0;
    let last = '';
    proxy.decide(({ method = 'GET', url = '' }) => {
      if (writes >= WRITES_A_LIFE) return 'cut';
      if (method === 'GET') return 'pass';
      writes += 1;
      last = `${method} ${url}`;
      return writes === WRITES_A_LIFE ? 'cut answer' : 'pass';
    });
    const { stop } = await startPlatformOperator(bench.server, namespace, {
      access: proxy.access,
      entropy: predictableEntropy(),
    });
    const died = () => writes >= WRITES_A_LIFE;
    await eventually('it dies, or has nothing left to do', async () => died() || (await isOver()), 60_000);
    await stop();
    if (!died()) return deaths;
    deaths.push(last);
  }
};

/** What an operator that nobody kills makes of the same spec. */
const undisturbed = async (): Promise<Record<string, unknown>> => {
  await bench.client.delete(CHAT_PLATFORM, { namespace, name: 'demo' });
  proxy.decide(() => 'pass');
  await bench.operate(namespace, { access: proxy.access, entropy: predictableEntropy() });
  await bench.untilGone(namespace);
  await bench.client.create(CHAT_PLATFORM, demo(namespace));
  await bench.untilReady(namespace);
  return worldOf(bench.client, namespace);
};

const isReady = async () => {
  const platform = await bench.lookUp(CHAT_PLATFORM, namespace, 'demo');
  const status = platform?.['status'] as { conditions?: { type: string; status: string }[] } | undefined;
  return status?.conditions?.some(({ type, status: truth }) => type === 'Ready' && truth === 'True') ?? false;
};

describe('an operator that is killed at every step', () => {
  test(
    'of bringing a platform up: its successors finish, nothing is doubled or orphaned',
    async () => {
      await bench.client.create(CHAT_PLATFORM, demo(namespace));
      const deaths = await liveAndDie(isReady);
      // Every kind of thing that a reconcile does was somebody's last.
      expect(deaths.length * WRITES_A_LIFE).toBeGreaterThan(70);
      const survived = await worldOf(bench.client, namespace);
      expect(survived).toEqual(await undisturbed());
    },
    TIMEOUT_MS,
  );

  test(
    'of taking a platform down: its successors finish, nothing is left',
    async () => {
      await bench.client.create(CHAT_PLATFORM, demo(namespace, { storage: { policy: 'Delete' } }));
      const builder = await startPlatformOperator(bench.server, namespace, {});
      await bench.untilReady(namespace);
      await builder.stop();
      await bench.client.delete(CHAT_PLATFORM, { namespace, name: 'demo' });
      const isGone = async () => (await bench.lookUp(CHAT_PLATFORM, namespace, 'demo')) === undefined;
      const deaths = await liveAndDie(isGone);
      expect(deaths.length * WRITES_A_LIFE).toBeGreaterThan(50);
      await eventually('nothing is left', async () => {
        const left = Object.keys(await worldOf(bench.client, namespace));
        return left.length === 0 && (await bench.namesOf(KINDS.secret, namespace)).length === 0;
      });
    },
    TIMEOUT_MS,
  );
});
