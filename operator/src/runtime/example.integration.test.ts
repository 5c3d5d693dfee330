import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  CONFIG_MAPS,
  connectTestApiServer,
  eventually,
  lookUp,
  type TestApiServer,
} from '../../test/api-server.ts';
import { greeting, GREETINGS, installGreetings } from '../../test/greeting.ts';

const EXAMPLE = new URL('../../example/greeter.ts', import.meta.url).pathname;

let server: TestApiServer;

beforeAll(async () => {
  server = await connectTestApiServer();
  await installGreetings(server);
}, 60_000);

afterAll(() => server.close());

test('the README shows the example as it is', async () => {
  const readme = await readFile(new URL('./README.md', import.meta.url), 'utf8');
  const example = await readFile(EXAMPLE, 'utf8');
  expect(readme).toContain(example);
  const code = example.split('\n').filter((line) => line !== '' && !/^(\/\*\*| \*)/.test(line));
  expect(code.length).toBeLessThanOrEqual(30);
});

test("the README's operator runs, reconciles, heals and stops", async () => {
  const namespace = await server.namespace();
  const operator = spawn(process.execPath, [EXAMPLE], {
    env: { ...process.env, KUBECONFIG: server.kubeconfig, WATCH_NAMESPACE: namespace },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await server.client.create(GREETINGS, greeting(namespace, 'world', { names: ['ada'], text: 'hi' }));
    const made = await eventually('it is there', () =>
      lookUp(server, CONFIG_MAPS, namespace, 'world-greeting'),
    );
    expect(JSON.parse((made['data'] as { spec: string }).spec)).toEqual({ names: ['ada'], text: 'hi' });
    await eventually('the status tells', async () => {
      const object = await lookUp(server, GREETINGS, namespace, 'world');
      return (object?.['status'] as { observedGeneration?: number } | undefined)?.observedGeneration === 1;
    });
    await server.client.delete(CONFIG_MAPS, { namespace, name: 'world-greeting' });
    await eventually('it is back', () => lookUp(server, CONFIG_MAPS, namespace, 'world-greeting'));
  } finally {
    const exited = once(operator, 'exit');
    operator.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  }
}, 30_000);
