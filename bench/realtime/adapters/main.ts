/**
 * Which Redis adapter of Socket.IO: `REDIS_URL=... node bench/realtime/adapters/main.ts [messages a second]`.
 * A publisher, as the chat service is, and two gateways, as processes. A room of five members on one gateway each, so that
 * half of what is published concerns either. In the middle of a second, shorter run the gateways' connections to Redis are cut.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from 'redis';
import { WebSocket } from 'ws';
import type { AdapterName, Order, Report } from './node.ts';

const REDIS_URL = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
const PER_SECOND = Number(process.argv[2] ?? 1_000);
const [ROOMS, MEMBERS, SECONDS, CUT_SECONDS] = [400, 5, 10, 4];

const redis = createClient({ url: REDIS_URL });
// It comes back by itself.
redis.on('error', () => undefined);
await redis.connect();

async function start(adapter: AdapterName): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(fileURLToPath(new URL('node.ts', import.meta.url)), [adapter, REDIS_URL]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, port };
}

async function ask<R extends Report>(child: ChildProcess, order: Order): Promise<R> {
  const answered = once(child, 'message');
  child.send(order);
  return ((await answered) as [R])[0];
}

/** One socket for each member of each room that this gateway has. */
async function join(
  port: number,
  rooms: readonly number[],
  onMessage: (at: number) => void,
): Promise<WebSocket[]> {
  return Promise.all(
    rooms.flatMap((room) =>
      Array.from({ length: MEMBERS }, async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
        const joined = Promise.withResolvers<undefined>();
        socket.on('message', (data) => {
          const text = String(data);
          if (text === '2') socket.send('3');
          else if (text.startsWith('40')) joined.resolve(undefined);
          else if (text.startsWith('42')) onMessage(Number(/"at":(\d+)/.exec(text)?.[1]));
        });
        await once(socket, 'open');
        socket.send(`40${JSON.stringify({ rooms: [`room-${room}`] })}`);
        await joined.promise;
        return socket;
      }),
    ),
  );
}

const redisCpuMs = async (): Promise<number> => {
  const info = await redis.info('cpu');
  const of = (key: string): number => Number(new RegExp(`${key}:([\\d.]+)`).exec(info)?.[1]);
  return (of('used_cpu_user') + of('used_cpu_sys')) * 1000;
};

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

async function measure(adapter: AdapterName): Promise<void> {
  const [publisher, ...gateways] = [await start(adapter), await start(adapter), await start(adapter)];
  let delays: number[] = [];
  const sockets: WebSocket[] = [];
  for (const [index, { port }] of gateways.entries()) {
    const rooms = Array.from({ length: ROOMS / 2 }, (_, at) => at * 2 + index);
    sockets.push(...(await join(port, rooms, (at) => delays.push(Date.now() - at))));
  }
  const children = [publisher.child, ...gateways.map(({ child }) => child)];
  const order = { do: 'publish', rooms: ROOMS, perSecond: PER_SECOND } as const;
  await ask(publisher.child, { ...order, seconds: 2 });
  await pause(1_000);
  delays = [];
  for (const child of children) await ask(child, { do: 'measure' });
  const redisBefore = await redisCpuMs();
  const { published } = await ask<{ published: number }>(publisher.child, { ...order, seconds: SECONDS });
  await pause(1_000);
  const redisMs = (await redisCpuMs()) - redisBefore;
  const used = [];
  for (const child of children)
    used.push((await ask<Extract<Report, { cpuMs: number }>>(child, { do: 'measure' })).cpuMs);
  const sorted = delays.toSorted((a, b) => a - b);
  const perMessage = (milliseconds = 0): string => ((1000 * milliseconds) / published).toFixed(0);

  delays = [];
  const cutting = pause((CUT_SECONDS * 1000) / 2).then(async () => {
    await redis.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes']);
    await redis.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
  });
  const second = await ask<{ published: number }>(publisher.child, { ...order, seconds: CUT_SECONDS });
  await cutting;
  await pause(3_000);
  const lost = second.published * MEMBERS - delays.length;
  process.stdout.write(
    `${[
      adapter.padEnd(8),
      `${sorted.length}/${published * MEMBERS} delivered`,
      `p50 ${percentile(sorted, 0.5)} ms`,
      `p99 ${percentile(sorted, 0.99)} ms`,
      `CPU a message: publisher ${perMessage(used[0])} us, gateways ${perMessage(used[1])} and ${perMessage(used[2])} us, redis ${perMessage(redisMs)} us`,
      `after a cut: ${lost} of ${second.published * MEMBERS} not delivered`,
    ].join(' | ')}\n`,
  );
  for (const socket of sockets) socket.terminate();
  for (const child of children) child.kill();
  await pause(500);
}

for (const adapter of ['classic', 'sharded', 'streams'] as const) await measure(adapter);
await redis.close();
process.exit(0);
