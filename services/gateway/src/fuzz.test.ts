import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { WebSocket } from 'ws';
import { chatWith, startLiveGateway, tokenOf } from './testing/live-gateway.ts';
import type { LiveGateway } from './testing/live-gateway.ts';
import { randomFrames, seeded } from './testing/random-frames.ts';

/** More by hand: `FUZZ_FRAMES=1000000 FUZZ_SEED=7 npm run test:unit -- services/gateway/src/fuzz`. */
const FRAMES = Number(process.env['FUZZ_FRAMES'] ?? 20_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const CONNECTIONS = 8;
/** Of a hundred frames, those that are nonsense: most of them cost a connection. */
const NONSENSE = 3;
const MOST_UNANSWERED = 64;

jest.setTimeout(3_600_000);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapInUse = (): number => {
  for (let times = 0; times < 3; times += 1) collectGarbage();
  return process.memoryUsage().heapUsed;
};

let gateway: LiveGateway;
afterEach(() => gateway.stop());

/** Speaks Engine.IO itself, so that it can say what no client would. */
async function open(userId: string): Promise<WebSocket> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send(`40${JSON.stringify({ token: tokenOf(userId, { lifetimeMs: 3_600_000 }) })}`);
  const ready = Promise.withResolvers<undefined>();
  socket.on('message', (data) => {
    const text = String(data);
    if (text === '2') socket.send('3');
    if (text.startsWith('40')) ready.resolve(undefined);
  });
  socket.once('close', () => ready.reject(new Error('closed before it was connected')));
  await ready.promise;
  return socket;
}

interface Tally {
  sent: number;
  answered: number;
  connections: number;
  unanswered: number;
}

/** What a connection has not been answered yet, and a way to wait for less of it; both end with the connection. */
function watchAnswers(socket: WebSocket, tally: Tally) {
  const waiting = new Set<number>();
  let wake = (): void => undefined;
  socket.on('message', (data) => {
    const id = /^43(\d+)\[\{"ok":(?:true|false)/.exec(String(data))?.[1];
    if (id !== undefined && waiting.delete(Number(id))) tally.answered += 1;
    wake();
  });
  socket.once('close', () => wake());
  const untilAtMost = async (unanswered: number): Promise<void> => {
    while (waiting.size > unanswered && socket.readyState === WebSocket.OPEN)
      await new Promise<void>((resolve) => (wake = resolve));
  };
  return { waiting, untilAtMost };
}

/** Sends frames on one connection until it is ended, by either side, or `count` were sent in all. */
async function sendFrames(socket: WebSocket, tally: Tally, count: number, random: () => number) {
  const { event, nonsense } = randomFrames(random);
  const { waiting, untilAtMost } = watchAnswers(socket, tally);
  let spoiled = false;
  while (tally.sent < count && socket.readyState === WebSocket.OPEN) {
    tally.sent += 1;
    const isNonsense = random() * 100 < NONSENSE;
    // What follows nonsense may be taken for a part of it: only what came before it has to be answered.
    if (isNonsense) await untilAtMost(0);
    else if (!spoiled) waiting.add(tally.sent);
    spoiled ||= isNonsense;
    for (const part of isNonsense ? nonsense() : event(tally.sent)) socket.send(part);
    await untilAtMost(MOST_UNANSWERED - 1);
    if (spoiled && random() < 0.2) break;
  }
  await untilAtMost(0);
  tally.unanswered += waiting.size;
}

/** Sends so many frames, on a new connection whenever one was ended. Every well-formed event has to be answered. */
async function attack(userId: string, count: number, random: () => number): Promise<Tally> {
  const tally: Tally = { sent: 0, answered: 0, connections: 0, unanswered: 0 };
  while (tally.sent < count) {
    const socket = await open(userId);
    tally.connections += 1;
    await sendFrames(socket, tally, count, random);
    socket.terminate();
  }
  return tally;
}

describe('random frames', () => {
  it(`${FRAMES} of them: every event is answered, nothing crashes, nothing is left`, async () => {
    let now = Date.now();
    gateway = await startLiveGateway(
      chatWith([channelOf(newId())], { ask: async () => ({}) as never }),
      // Every look at the clock is a second later: limits of frames a second would answer for the rest of the code.
      { clock: { now: () => new Date((now += 1_000)) }, policy: { tokenGraceMs: Number.MAX_SAFE_INTEGER } },
    );
    const failures: unknown[] = [];
    const fail = (error: unknown): void => void failures.push(error);
    process.on('unhandledRejection', fail);
    process.on('uncaughtException', fail);
    const attackers = Array.from({ length: CONNECTIONS }, (_, index) => ({
      userId: newId(),
      random: seeded(SEED * CONNECTIONS + index),
    }));
    const attackAll = (frames: number) =>
      Promise.all(attackers.map(({ userId, random }) => attack(userId, frames / CONNECTIONS, random)));

    // The first tenth fills caches and compiles what is used.
    await attackAll(FRAMES / 10);
    const before = heapInUse();
    const results = await attackAll(FRAMES);
    await eventually(
      () => gateway.io.engine.clientsCount,
      (count) => count === 0,
    );
    const growth = heapInUse() - before;
    process.off('unhandledRejection', fail);
    process.off('uncaughtException', fail);

    const sum = (of: keyof Tally): number => results.reduce((total, result) => total + result[of], 0);
    process.stdout.write(
      `fuzz: ${sum('sent')} frames, ${sum('answered')} answered, ${sum('connections')} connections, ` +
        `heap ${(before / 2 ** 20).toFixed(1)} MiB before, ${(growth / 2 ** 20).toFixed(2)} MiB more after\n`,
    );
    expect(failures).toEqual([]);
    expect(sum('sent')).toBeGreaterThanOrEqual(FRAMES);
    expect(sum('unanswered')).toBe(0);
    expect(sum('answered')).toBeGreaterThan(FRAMES / 4);
    const namespace = gateway.io.of('/');
    expect([namespace.sockets.size, namespace.adapter.rooms.size, gateway.people.size]).toEqual([0, 0, 0]);
    // What is kept by mistake grows with the frames; this is less than a hundred bytes a frame of the shortest run.
    expect(growth).toBeLessThan(4 * 2 ** 20);
    await gateway.client(tokenOf(newId(), { lifetimeMs: 3_600_000_000 })).connected();
  });
});
