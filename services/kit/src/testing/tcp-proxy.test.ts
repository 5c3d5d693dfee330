import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from './eventually.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** Between a client and a server that answers everything it hears in capitals. */
let proxy: TcpProxy;
let close: () => void;
let heard: string;

beforeEach(async () => {
  heard = '';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      socket.write(chunk.toString().toUpperCase());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startTcpProxy('127.0.0.1', (server.address() as AddressInfo).port);
  close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
});

afterEach(async () => {
  await proxy.close();
  close();
});

async function client() {
  const socket = connect(proxy.port, '127.0.0.1');
  const state = { answered: '', closed: false };
  socket.on('data', (chunk) => (state.answered += chunk.toString()));
  socket.on('close', () => (state.closed = true));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, state };
}
const until = (read: () => unknown, wanted: unknown) => eventually(read, (value) => value === wanted);

test('passes on what is said, and what is answered', async () => {
  const { socket, state } = await client();
  socket.write('hello');
  await until(() => state.answered, 'HELLO');
});

test('what is said when a delay is over comes after what was delayed', async () => {
  const { socket } = await client();
  socket.setNoDelay(true);
  proxy.delay(60);
  socket.write('first ');
  await pause(20);
  proxy.restore();
  socket.write('second');
  await until(() => heard.length, 'first second'.length);
  expect(heard).toBe('first second');
});

test('leads elsewhere when told', async () => {
  const elsewhere = createServer((socket) => socket.end('elsewhere')).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const { state } = await client();
  proxy.redirect((elsewhere.address() as AddressInfo).port);
  await until(() => state.closed, true);
  const again = await client();
  await until(() => again.state.answered, 'elsewhere');
  elsewhere.close();
});

test('a black hole swallows both ways, and its connections end when it is restored', async () => {
  const { socket, state } = await client();
  proxy.blackhole();
  socket.write('hello');
  const other = await client();
  proxy.restore();
  await until(() => state.closed, true);
  await until(() => other.state.closed, true);
  expect([heard, state.answered]).toEqual(['', '']);
  const { socket: after, state: answered } = await client();
  after.write('again');
  await until(() => answered.answered, 'AGAIN');
});

describe('a tripwire', () => {
  test.each([
    ['client', true, 'hello word', ''],
    ['client', false, '', ''],
    ['server', true, 'hello word', 'HELLO WORD'],
    ['server', false, 'hello word', ''],
  ] as const)('at the %s, which passes: %s', async (from, passes, server, answered) => {
    const { socket, state } = await client();
    const tripped = proxy.tripwire({ from, containing: from === 'client' ? 'word' : 'WORD', passes });
    socket.write('hello word');
    await tripped;
    if (server !== '') await until(() => heard, server);
    if (answered !== '') await until(() => state.answered, answered);
    socket.write('more');
    const later = await client();
    proxy.restore();
    await until(() => later.state.closed, true);
    expect([heard, state.answered]).toEqual([server, answered]);
  });
});
