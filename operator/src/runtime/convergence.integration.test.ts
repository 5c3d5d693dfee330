import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { startApiProxy, type ApiProxy, type Fate } from '../../test/api-proxy.ts';
import { CONFIG_MAPS, connectTestApiServer, eventually, type TestApiServer } from '../../test/api-server.ts';
import { startGreeter, type Greeter } from '../../test/greeter.ts';
import { greeting, GREETINGS, installGreetings, type GreetingSpec } from '../../test/greeting.ts';

let server: TestApiServer;
let namespace: string;
let greeters: Greeter[] = [];

beforeAll(async () => {
  server = await connectTestApiServer();
  await installGreetings(server);
}, 60_000);

afterAll(() => server.close());

beforeEach(async () => {
  namespace = await server.namespace();
});

afterEach(async () => {
  await Promise.all(greeters.map((greeter) => greeter.stop()));
  greeters = [];
});

const started = (greeter: Greeter): Greeter => {
  greeters.push(greeter);
  return greeter;
};

/** Data of our ConfigMaps by name: the whole world as far as greetings are concerned. */
const world = async (): Promise<Record<string, unknown>> => {
  const { items } = await server.client.list(CONFIG_MAPS, {
    namespace,
    labelSelector: 'app.kubernetes.io/managed-by=greeter',
  });
  return Object.fromEntries(items.map(({ metadata, data }) => [metadata.name, data]));
};

const worldOf = (name: string, { names, text = 'hello' }: GreetingSpec): Record<string, unknown> =>
  Object.fromEntries(names.map((each) => [`${name}-${each}`, { greeting: `${text}, ${each}` }]));

const isEqual = (a: unknown, b: unknown): boolean => {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
};

const becomes = (wanted: Record<string, unknown>) =>
  eventually(`the world is ${JSON.stringify(wanted)}`, async () => isEqual(await world(), wanted));

describe('an operator that dies at a write', () => {
  let proxy: ApiProxy;

  beforeEach(async () => {
    proxy = await startApiProxy(server.access);
  });

  afterEach(() => proxy.close());

  /** From the given write on nothing reaches the API server any more. Answers whether it came to that write. */
  const dieAt = (nth: number, how: Fate): (() => boolean) => {
    let writes = 0;
    proxy.decide(({ method }) => {
      if (method !== 'GET') writes += 1;
      if (writes < nth) return 'pass';
      return writes === nth && method !== 'GET' ? how : 'cut';
    });
    return () => writes >= nth;
  };

  /** Two to be made, one to be deleted, the status to be written: every write of a reconcile in turn. */
  const before: GreetingSpec = { names: ['ada', 'old'] };
  const after: GreetingSpec = { names: ['ada', 'bob', 'cleo'], text: 'hi' };
  const WRITES = 5;
  const cases = Array.from({ length: WRITES }, (_, i) => i + 1).flatMap((nth) => [
    { nth, how: 'cut' as const },
    { nth, how: 'cut answer' as const },
  ]);

  test.each(cases)(
    'number $nth ($how): its successor finishes the work',
    async ({ nth, how }) => {
      const first = started(startGreeter({ access: proxy.access, namespace }));
      await server.client.create(GREETINGS, greeting(namespace, 'world', before));
      await becomes(worldOf('world', before));
      await new Promise((resolve) => setTimeout(resolve, 200));
      const died = dieAt(nth, how);
      await server.client.mergePatch(GREETINGS, { namespace, name: 'world' }, { spec: after });
      await eventually(`it comes to write ${nth}`, died);
      await first.stop();

      const successor = started(startGreeter({ access: server.access, namespace }));
      await becomes(worldOf('world', after));
      const status = await eventually('the status is written', async () => {
        const object = await server.client.get(GREETINGS, { namespace, name: 'world' });
        const { observedGeneration, greeted } = object['status'] as Record<string, number>;
        return observedGeneration === object.metadata.generation && { greeted };
      });
      expect(status).toEqual({ greeted: 3 });
      expect(await world()).toEqual(worldOf('world', after));
      await successor.stop();
    },
    30_000,
  );
});

type Step =
  | { what: 'spec'; names: string[]; text: string }
  | { what: 'delete'; name: string }
  | { what: 'edit'; name: string; value: string };

const name = fc.constantFrom('ada', 'bob', 'cleo', 'dan');

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('spec' as const),
      names: fc.uniqueArray(name),
      text: fc.constantFrom('hi', 'hello', 'hey'),
    }),
  },
  fc.record({ what: fc.constant('delete' as const), name }),
  fc.record({ what: fc.constant('edit' as const), name, value: fc.string({ minLength: 1, maxLength: 8 }) }),
);

describe('fuzz', () => {
  const ignoreAbsence = () => undefined;

  const perform = (greetingName: string, change: Step): Promise<unknown> => {
    if (change.what === 'spec') {
      const spec = { names: change.names, text: change.text };
      return server.client.mergePatch(GREETINGS, { namespace, name: greetingName }, { spec });
    }
    const at = { namespace, name: `${greetingName}-${change.name}` };
    if (change.what === 'delete') return server.client.delete(CONFIG_MAPS, at);
    return server.client
      .mergePatch(CONFIG_MAPS, at, { data: { greeting: change.value } })
      .catch(ignoreAbsence);
  };

  test('any row of specs, deletions and edits by hand ends as a fresh apply of the last spec would', async () => {
    started(startGreeter({ access: server.access, namespace }));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        run += 1;
        const greetingName = `run${run}`;
        let spec: GreetingSpec = { names: ['ada'], text: 'hi' };
        await server.client.create(GREETINGS, greeting(namespace, greetingName, spec));
        for (const change of steps) {
          await perform(greetingName, change);
          if (change.what === 'spec') spec = change;
        }
        await becomes(worldOf(greetingName, spec));
        // Nothing of this run is left for the next: the namespace has a garbage collector or not.
        await server.client.mergePatch(GREETINGS, { namespace, name: greetingName }, { spec: { names: [] } });
        await becomes({});
      }),
      { numRuns: 25 },
    );
  }, 240_000);
});
