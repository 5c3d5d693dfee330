import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { createPeerIds } from '../infrastructure/peer-ids.ts';
import { chatWith, startClient, startLiveGateway, tokenOf } from '../testing/live-gateway.ts';
import type { LiveGateway } from '../testing/live-gateway.ts';
import { passOnToPeers } from './peers.ts';

// Real connections take real time, above all while others use the machine.
jest.setTimeout(30_000);

const key = Buffer.alloc(32, 4).toString('base64');
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Gateways that know of one another, or not. */
async function startGateways(count: number, { peers }: { peers: boolean }): Promise<LiveGateway[]> {
  const gateways: LiveGateway[] = [];
  for (let index = 0; index < count; index += 1) {
    const gateway = await startLiveGateway(chatWith([]));
    closing.push(() => gateway.stop());
    if (peers) {
      const ids = createPeerIds({ self: new URL(gateway.url).host, key });
      gateway.io.engine.generateId = () => ids.create();
      closing.push(passOnToPeers(gateway.server, ids));
    }
    gateways.push(gateway);
  }
  return gateways;
}

/** Sends each request to the next gateway in turn, as something in front of them may. */
async function startBalancer(gateways: readonly LiveGateway[]): Promise<string> {
  let turn = 0;
  const next = (): number => Number(new URL(gateways[turn++ % gateways.length]?.url ?? '').port);
  const balancer: Server = createServer((request, response) => {
    const { method, url, headers } = request;
    const passed = httpRequest({ port: next(), method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  balancer.on('upgrade', (request, socket, head) => {
    const passed = connect(next(), '127.0.0.1');
    for (const side of [socket, passed]) side.on('error', () => side.destroy());
    const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}`);
    passed.write(`GET ${request.url ?? ''} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    passed.write(head);
    socket.pipe(passed).pipe(socket);
  });
  balancer.listen(0, '127.0.0.1');
  await once(balancer, 'listening');
  closing.push(() => {
    balancer.closeAllConnections();
    balancer.close();
  });
  const address = balancer.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

describe('long polling over several gateways', () => {
  it('works though every request reaches another one', async () => {
    const url = await startBalancer(await startGateways(3, { peers: true }));
    const client = startClient(url, tokenOf(newId()), { transports: ['polling'] });
    closing.push(() => client.socket.disconnect());
    await client.connected();
    for (let seq = 1; seq <= 10; seq += 1)
      expect(await client.request('channel:read', { channelId: newId(), seq })).toEqual({
        ok: true,
        result: { seq },
      });
  });

  it('becomes a WebSocket where that is possible', async () => {
    const url = await startBalancer(await startGateways(2, { peers: true }));
    const client = startClient(url, tokenOf(newId()), { transports: ['polling', 'websocket'] });
    closing.push(() => client.socket.disconnect());
    await client.connected();
    const { engine } = client.socket.io;
    if (engine.transport.name !== 'websocket')
      await new Promise<void>((resolve) => void engine.once('upgrade', () => resolve()));
    expect(engine.transport.name).toBe('websocket');
    expect(await client.request('channel:read', { channelId: newId(), seq: 1 })).toMatchObject({ ok: true });
  });

  it('would not work otherwise', async () => {
    const url = await startBalancer(await startGateways(3, { peers: false }));
    const client = startClient(url, tokenOf(newId()), { transports: ['polling'] });
    closing.push(() => client.socket.disconnect());
    await expect(client.connected()).rejects.toThrow('xhr p');
  });

  it('is told to begin anew when the gateway that held it has gone', async () => {
    const [first] = await startGateways(1, { peers: true });
    const gone = createPeerIds({ self: '127.0.0.1:1', key }).create();
    const answer = await fetch(`${first?.url}/socket.io/?EIO=4&transport=polling&sid=${gone}`);
    expect([answer.status, await answer.json()]).toEqual([400, { code: 1, message: 'Session ID unknown' }]);
  });
});
