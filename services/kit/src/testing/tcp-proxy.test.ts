import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { startTcpProxy } from './tcp-proxy.ts';

test('what is said when a delay is over comes after what was delayed', async () => {
  let heard = '';
  const server = createServer((socket) => socket.on('data', (chunk) => (heard += chunk.toString())));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await startTcpProxy('127.0.0.1', (server.address() as AddressInfo).port);
  const client = connect(proxy.port, '127.0.0.1');
  try {
    await once(client, 'connect');
    client.setNoDelay(true);
    proxy.delay(60);
    client.write('first ');
    await new Promise((resolve) => setTimeout(resolve, 20));
    proxy.restore();
    client.write('second');
    while (heard.length < 'first second'.length) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(heard).toBe('first second');
  } finally {
    client.destroy();
    await proxy.close();
    server.close();
  }
});
