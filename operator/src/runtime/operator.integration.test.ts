import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CONFIG_MAPS,
  connectTestApiServer,
  eventually,
  lookUp,
  type TestApiServer,
} from '../../test/api-server.ts';
import { startApiProxy } from '../../test/api-proxy.ts';
import { reconcileGreeting, startGreeter, type Greeter } from '../../test/greeter.ts';
import { greeting, GREETINGS, installGreetings } from '../../test/greeting.ts';
import type { KubeObject } from './object.ts';

let server: TestApiServer;
let greeter: Greeter | undefined;

beforeAll(async () => {
  server = await connectTestApiServer();
  await installGreetings(server);
}, 60_000);

afterEach(async () => {
  await greeter?.stop();
  greeter = undefined;
});

afterAll(() => server.close());

const start = async () => {
  const namespace = await server.namespace();
  greeter = startGreeter({ access: server.access, namespace });
  return { namespace, greeter };
};

const configMap = (namespace: string, name: string) => lookUp(server, CONFIG_MAPS, namespace, name);

const settled = (namespace: string, name: string, greeted: number) =>
  eventually(`${greeted} names of ${name} are greeted`, async () => {
    const object = await lookUp(server, GREETINGS, namespace, name);
    const status = object?.['status'] as { greeted?: number; observedGeneration?: number } | undefined;
    return status?.greeted === greeted && status.observedGeneration === object?.metadata.generation && object;
  });

const versionsIn = async (namespace: string): Promise<Record<string, string>> => {
  const objects: KubeObject[] = [
    ...(await server.client.list(CONFIG_MAPS, { namespace })).items,
    ...(await server.client.list(GREETINGS, { namespace })).items,
  ];
  return Object.fromEntries(
    objects.map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.resourceVersion ?? '']),
  );
};

describe('an operator on a real API server', () => {
  test('makes what a resource asks for, follows its edits, and prunes what it no longer asks for', async () => {
    const { namespace } = await start();
    await server.client.create(GREETINGS, greeting(namespace, 'world', { names: ['ada', 'bob'] }));
    const owner = await settled(namespace, 'world', 2);
    const ada = await configMap(namespace, 'world-ada');
    expect(ada?.['data']).toEqual({ greeting: 'hello, ada' });
    expect(ada?.metadata.ownerReferences).toEqual([
      expect.objectContaining({ kind: 'Greeting', name: 'world', uid: owner.metadata.uid, controller: true }),
    ]);

    await server.client.mergePatch(
      GREETINGS,
      { namespace, name: 'world' },
      { spec: { names: ['bob', 'cleo'], text: 'hi' } },
    );
    await eventually('ada is pruned', async () => (await configMap(namespace, 'world-ada')) === undefined);
    await settled(namespace, 'world', 2);
    expect((await configMap(namespace, 'world-bob'))?.['data']).toEqual({ greeting: 'hi, bob' });
    expect((await configMap(namespace, 'world-cleo'))?.['data']).toEqual({ greeting: 'hi, cleo' });
  });

  test('what is deleted or edited by hand is back', async () => {
    const { namespace } = await start();
    await server.client.create(GREETINGS, greeting(namespace, 'world', { names: ['ada'] }));
    await settled(namespace, 'world', 1);
    const at = { namespace, name: 'world-ada' };

    await server.client.delete(CONFIG_MAPS, at);
    await eventually('it is back', () => configMap(namespace, at.name));

    await server.client.mergePatch(CONFIG_MAPS, at, { data: { greeting: 'rude' } });
    const isPolite = async () => {
      const data = (await configMap(namespace, at.name))?.['data'] as Record<string, string> | undefined;
      return data?.['greeting'] === 'hello, ada';
    };
    await eventually('the edit is undone', isPolite);

    // Out of sight of the label-scoped cache, and back in it.
    await server.client.mergePatch(CONFIG_MAPS, at, { metadata: { labels: null } });
    await eventually('the label is back', async () => (await configMap(namespace, at.name))?.metadata.labels);
  });

  test('writes nothing when nothing differs: not on resync, not after its own restart', async () => {
    const { namespace, greeter: first } = await start();
    for (const name of ['one', 'two', 'three']) {
      await server.client.create(GREETINGS, greeting(namespace, name, { names: ['ada', 'bob'] }));
      await settled(namespace, name, 2);
    }
    const before = await versionsIn(namespace);
    expect(Object.keys(before)).toEqual(expect.arrayContaining(['ConfigMap one-ada', 'Greeting three']));

    await first.stop();
    const proxy = await startApiProxy(server.access);
    greeter = startGreeter({ access: proxy.access, namespace, resyncMs: 100 });
    const { reconciles } = greeter;
    await eventually('each is reconciled twenty times', () =>
      ['one', 'two', 'three'].every((name) => (reconciles.get(name) ?? 0) >= 20),
    );
    await greeter.stop();
    greeter = undefined;
    await proxy.close();
    expect(proxy.writes).toEqual([]);
    expect(await versionsIn(namespace)).toEqual(before);
  });

  test('leaves alone what others add to its objects', async () => {
    const { namespace } = await start();
    await server.client.create(GREETINGS, greeting(namespace, 'world', { names: ['ada'] }));
    await settled(namespace, 'world', 1);
    const at = { namespace, name: 'world-ada' };
    await server.client.mergePatch(CONFIG_MAPS, at, {
      metadata: { labels: { mesh: 'on' } },
      data: { extra: 'kept' },
    });
    await server.client.mergePatch(GREETINGS, { namespace, name: 'world' }, { spec: { text: 'hi' } });
    await eventually('the edit arrived', async () => {
      const data = (await configMap(namespace, at.name))?.['data'] as Record<string, string>;
      return data['greeting'] === 'hi, ada' && data;
    });
    const object = await configMap(namespace, at.name);
    expect(object?.['data']).toEqual({ greeting: 'hi, ada', extra: 'kept' });
    expect(object?.metadata.labels).toMatchObject({ mesh: 'on' });
  });

  test('a stop does not wait for a reconcile that hangs, and that one writes nothing any more', async () => {
    const namespace = await server.namespace();
    let letGo: () => void = () => undefined;
    let outcome: Promise<unknown> | undefined;
    const hanging = startGreeter({
      access: server.access,
      namespace,
      drainMs: 200,
      reconcile: (operator) => async (key, context) => {
        await new Promise<void>((resolve) => (letGo = resolve));
        outcome = reconcileGreeting(operator)(key, context).then(
          () => undefined,
          (error: unknown) => error,
        );
        return {};
      },
    });
    await server.client.create(GREETINGS, greeting(namespace, 'world', { names: ['ada'] }));
    await eventually('it hangs', () => hanging.reconciles.get('world') === 1);
    await hanging.stop();
    letGo();
    await eventually('it goes on', () => outcome !== undefined);
    expect(await outcome).toBeInstanceOf(Error);
    expect(await configMap(namespace, 'world-ada')).toBeUndefined();
  });
});
