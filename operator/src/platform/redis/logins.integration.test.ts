import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startServer } from '../../../../infra/local/src/processes/server.ts';
import { accepts, freePort } from '../../../../infra/local/src/stores/network.ts';
import { libraryPath } from '../../../../infra/local/src/stores/store.ts';
import { LoginBench, plain } from '../../../test/login-bench.ts';
import { observedFrom } from '../observed.ts';
import { secretValues } from '../secrets/credentials.ts';
import { redisLogins } from './logins.ts';
import { redis } from './redis.ts';

const bench = LoginBench.use();

/** One connection to Redis that says one command after another. */
async function redisSession(port: number) {
  const socket = connectSocket({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const say = async (command: string): Promise<string> => {
    socket.write(`${command}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().trim();
  };
  return { say, close: () => socket.destroy() };
}

test('Redis takes passwords in and gives them up, with its own configuration and connections that stay open', async () => {
  const port = await freePort();
  const [secret] = redis.desired(plain, observedFrom([])).filter(({ kind }) => kind === 'Secret');
  const files = secret === undefined ? {} : secretValues(secret);
  const folder = join(bench.dir, 'redis');
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const here = text
      .replaceAll('/etc/chatplatform/redis', folder)
      .replaceAll('dir /data', `dir ${folder}`)
      .replaceAll('6379', String(port));
    await writeFile(join(folder, name), here);
  }
  const server = await startServer({
    name: 'redis',
    command: `${bench.context.packages}/usr/bin/redis-server`,
    args: [join(folder, 'redis.conf')],
    env: libraryPath(bench.context.packages),
    logFile: join(bench.dir, 'logs/redis.log'),
    ready: () => accepts(port),
  });
  bench.endWithFile(server);
  const stranger = await redisSession(port);
  expect(await stranger.say('PING')).toContain('NOAUTH');
  stranger.close();

  const early = await redisSession(port);
  expect(await early.say(`AUTH ${plain.credentials.redisPassword}`)).toBe('+OK');
  await bench.expectOnlyAccepted({
    store: 'redis',
    setup: redisLogins,
    port,
    letsIn: async ({ password }) => {
      const session = await redisSession(port);
      const answer = await session.say(`AUTH ${password}`);
      session.close();
      return answer === '+OK';
    },
    meanwhile: async () => expect(await early.say('PING')).toBe('+PONG'),
  });
  early.close();
  // A password that is not the server's: the Job fails, and says so.
  const wrong = await bench.apply(redisLogins(plain), port);
  expect(wrong.code).not.toBe(0);
  expect(wrong.output).toMatch(/WRONGPASS|NOAUTH/);
}, 60_000);
