import { connect } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { chatWith, tokenOf } from '../testing/live-gateway.ts';
import type { LiveGateway } from '../testing/live-gateway.ts';
import { useLiveGateways } from '../testing/use-live-gateways.ts';

// Real connections take real time, above all while others use the machine.
jest.setTimeout(30_000);

const ada = newId();
const start = useLiveGateways();

const polling = (gateway: LiveGateway, query = ''): Promise<Response> =>
  fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling${query}`);

/** The answer to a WebSocket handshake, as it is on the wire. */
async function upgrade(gateway: LiveGateway): Promise<string> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.write(
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\n' +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

describe('the door', () => {
  it('is shut, with the time to wait, while the gateway is full, and opens when somebody leaves', async () => {
    const gateway = await start(chatWith([]), { maxConnections: 2 });
    const clients = [gateway.client(tokenOf(ada)), gateway.client(tokenOf(newId()))];
    await Promise.all(clients.map((client) => client.connected()));
    const refused = await polling(gateway);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({ code: 'gateway.full', retryAfterSeconds: 5 });
    const answer = await upgrade(gateway);
    expect(answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(answer).toMatch(/\r\nretry-after: 5\r\n/);
    expect(answer).toContain('"code":"gateway.full"');
    expect(clients.map(({ socket }) => socket.connected)).toEqual([true, true]);
    clients[0]?.socket.disconnect();
    await eventually(
      () => gateway.io.engine.clientsCount,
      (count) => count === 1,
    );
    await gateway.client(tokenOf(ada)).connected();
  });

  it('is no obstacle to requests of a connection that is open', async () => {
    const gateway = await start(chatWith([]), { maxConnections: 1 });
    const client = gateway.client(tokenOf(ada), { transports: ['polling'] });
    await client.connected();
    expect((await polling(gateway)).status).toBe(503);
    expect(await client.request('channel:read', { channelId: newId(), seq: 1 })).toMatchObject({ ok: true });
    // Socket.IO's own answer, not the door's.
    expect((await polling(gateway, '&sid=unknown')).status).toBe(400);
  });

  it('is shut while the gateway drains', async () => {
    const gateway = await start(chatWith([]), { drainWindowMs: 3_000 });
    // The last of them is let go two seconds later.
    await Promise.all([1, 2, 3].map(() => gateway.client(tokenOf(ada)).connected()));
    const stopped = gateway.live.stop();
    const refused = await polling(gateway);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ code: 'gateway.draining' });
    await stopped;
  });

  it('lets a person in so many times and no more, and forgets who has gone', async () => {
    const gateway = await start(chatWith([]));
    const devices = Array.from({ length: 50 }, () => gateway.client(tokenOf(ada)));
    await Promise.all(devices.map((device) => device.connected()));
    await expect(gateway.client(tokenOf(ada)).connected()).rejects.toMatchObject({
      data: { status: 429, code: 'connections.too-many', retryAfterSeconds: 30 },
    });
    await gateway.client(tokenOf(newId())).connected();
    for (const { socket } of devices) socket.disconnect();
    await eventually(
      () => gateway.people.size,
      (size) => size === 1,
    );
    await gateway.client(tokenOf(ada)).connected();
  });
});
