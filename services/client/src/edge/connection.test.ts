import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Server, type Socket } from 'socket.io';
import { SessionEnded } from '../session.ts';
import { problem } from '../testing/fake-platform.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Connection, createConnection } from './connection.ts';

/** Against a real Socket.IO server that does to its clients what a gateway may do. */
const quickly: Clock = {
  now: () => Date.now(),
  // Waits are a hundredth of what they are, so that nobody waits for a reconnect.
  after: (milliseconds, run) => systemClock.after(milliseconds / 100, run),
};

let server: Server;
let url: string;
let connection: Connection;
let handshakes: string[];
let refuse: (token: string) => Error | undefined;
let answer: (name: string, body: unknown, acknowledge: (ack: unknown) => void) => void;
let tokens: string[];
let renewAfterMs: number;
const events: string[] = [];

/** Resolves once it has happened this often. */
async function seen(event: string, times = 1): Promise<void> {
  for (let tries = 0; events.filter((each) => each === event).length < times; tries += 1) {
    if (tries > 1000) throw new Error(`no ${times} "${event}" among ${events.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const sockets = () => [...server.of('/').sockets.values()] as [Socket];

beforeEach(async () => {
  const http = createServer();
  server = new Server(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  handshakes = [];
  refuse = () => undefined;
  answer = (_name, body, acknowledge) => acknowledge({ ok: true, result: body });
  tokens = ['first', 'second', 'third'];
  renewAfterMs = 3_600_000;
  events.length = 0;
  server.use((socket, next) => {
    const token = String(socket.handshake.auth['token']);
    handshakes.push(token);
    next(refuse(token));
  });
  server.on('connection', (socket) =>
    socket.onAny((name: string, body: unknown, acknowledge: (ack: unknown) => void) =>
      answer(name, body, acknowledge),
    ),
  );
  connection = createConnection({
    url,
    clock: quickly,
    random: () => 0.5,
    transports: ['websocket'],
    accessToken: async (refused) => {
      if (refused !== undefined && tokens[0] === refused) tokens.shift();
      const [token] = tokens;
      if (token === undefined) throw new SessionEnded();
      return { token, renewAt: Date.now() + renewAfterMs };
    },
    onOnline: () => events.push('online'),
    onOffline: () => events.push('offline'),
    onFrame: (name) => events.push(name),
    onEnd: () => events.push('end'),
  });
});

afterEach(async () => {
  connection.close();
  await server.close();
});

const refusal = (status: number, more = {}) =>
  Object.assign(new Error('refused'), { data: problem(status, more) });

describe('coming back', () => {
  test.each([
    ['the server ends the connection', () => sockets()[0].disconnect(true)],
    ['the transport breaks', () => sockets()[0].conn.close(true)],
  ])('after %s', async (_title, breakIt) => {
    connection.open();
    await seen('online');
    breakIt();
    await seen('offline');
    await seen('online', 2);
    expect(await connection.request('typing:set', { channelId: 'c', typing: true })).toEqual({
      channelId: 'c',
      typing: true,
    });
  });

  test('after a handshake that is refused for now, which Socket.IO itself does not', async () => {
    refuse = () => (handshakes.length < 3 ? refusal(503, { retryAfterSeconds: 1 }) : undefined);
    connection.open();
    await seen('online');
    expect(handshakes).toEqual(['first', 'first', 'first']);
  });

  test('with another token when the server does not take the one it has', async () => {
    refuse = (token) => (token === 'first' ? refusal(401) : undefined);
    connection.open();
    await seen('online');
    expect(handshakes).toEqual(['first', 'second']);
  });

  test('not when the session is over', async () => {
    refuse = () => refusal(401);
    connection.open();
    await seen('end');
    expect(handshakes).toEqual(['first', 'second', 'third']);
  });

  test('not after it was revoked', async () => {
    connection.open();
    await seen('online');
    sockets()[0].emit('session:ended', { reason: 'revoked' });
    await seen('end');
    await expect(connection.request('typing:set', { channelId: 'c', typing: true })).rejects.toMatchObject({
      failure: { kind: 'lost' },
    });
    expect(handshakes).toHaveLength(1);
  });
});

describe('a frame', () => {
  test('that is refused carries the problem', async () => {
    answer = (_name, _body, acknowledge) =>
      acknowledge({ ok: false, error: problem(429, { retryAfterSeconds: 2 }) });
    connection.open();
    await seen('online');
    await expect(connection.request('typing:set', { channelId: 'c', typing: true })).rejects.toMatchObject({
      failure: { kind: 'later', retryAfterMs: 2000 },
    });
  });

  test('whose connection ends is lost at once', async () => {
    answer = () => sockets()[0].conn.close(true);
    connection.open();
    await seen('online');
    await expect(connection.request('typing:set', { channelId: 'c', typing: true })).rejects.toMatchObject({
      failure: { kind: 'lost' },
    });
  });

  test('that nobody answers means a dead connection: a new one takes its place', async () => {
    answer = () => undefined;
    connection.open();
    await seen('online');
    await expect(connection.request('typing:set', { channelId: 'c', typing: true })).rejects.toMatchObject({
      failure: { kind: 'lost' },
    });
    await seen('online', 2);
  });

  test('cannot be sent while there is no connection', async () => {
    await expect(connection.request('typing:set', { channelId: 'c', typing: true })).rejects.toMatchObject({
      failure: { kind: 'lost' },
    });
  });
});

test('the token is renewed on the live connection', async () => {
  renewAfterMs = 2_000;
  const renewed: unknown[] = [];
  answer = (name, body, acknowledge) => {
    if (name === 'token:renew') renewed.push(body);
    acknowledge({ ok: true, result: {} });
    if (name === 'token:renew') renewAfterMs = 3_600_000;
  };
  connection.open();
  await seen('online');
  tokens = ['fresh'];
  for (let tries = 0; renewed.length === 0 && tries < 1000; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(renewed[0]).toEqual({ token: 'fresh' });
  expect(handshakes).toEqual(['first']);
});

test('what the server says is passed on, whatever it is called', async () => {
  connection.open();
  await seen('online');
  sockets()[0].emit('sync:required', { channelId: null });
  sockets()[0].emit('something:newer', {});
  await seen('sync:required');
  await seen('something:newer');
});
