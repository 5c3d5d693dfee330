import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import {
  CONFIG_MAPS,
  connectTestApiServer,
  eventually,
  lookUp,
  type TestApiServer,
} from '../../test/api-server.ts';
import { greeting, GREETINGS, installGreetings } from '../../test/greeting.ts';

const PROGRAM = new URL('../../test/stray-process.ts', import.meta.url).pathname;

let server: TestApiServer;

beforeAll(async () => {
  server = await connectTestApiServer();
  await installGreetings(server);
}, 60_000);

afterAll(() => server.close());

interface Line {
  key?: string;
  msg: string;
  err?: { message: string };
}

test("whatever a reconcile throws, rejects with or forgets to await is its key's error, and the process lives", async () => {
  const namespace = await server.namespace();
  const operator = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, KUBECONFIG: server.kubeconfig, NAMESPACE: namespace },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = text(operator.stdout);
  const names = ['throws', 'rejects', 'forgets', 'forgets-later', 'throws-in-callback', 'fine'];
  try {
    for (const name of names)
      await server.client.create(GREETINGS, greeting(namespace, name, { names: ['ada'] }));
    for (const name of names) {
      await eventually(
        `${name} is greeted`,
        () => lookUp(server, CONFIG_MAPS, namespace, `${name}-ada`),
        30_000,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(operator.exitCode).toBeNull();
  } finally {
    operator.kill('SIGTERM');
  }
  expect(await once(operator, 'exit')).toEqual([0, null]);
  const lines = (await output)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  const failed = lines.filter(({ msg }) => msg === 'reconcile failed');
  const messages = Object.fromEntries(failed.map(({ key, err }) => [key?.split('/')[1], err?.message]));
  expect(messages).toEqual({
    throws: 'at once',
    rejects: 'awaited',
    forgets: 'not awaited',
    'forgets-later': 'long after',
    'throws-in-callback': expect.stringContaining('JSON'),
  });
}, 60_000);
