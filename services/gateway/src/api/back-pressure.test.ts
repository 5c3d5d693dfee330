import type { Socket as TcpSocket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { rooms } from '@chatplatform/contracts/frames/socket';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { chatWith, tokenOf } from '../testing/live-gateway.ts';
import type { Client, LiveGateway } from '../testing/live-gateway.ts';
import { useLiveGateways } from '../testing/use-live-gateways.ts';
import { bufferedBytes } from './back-pressure.ts';
import type { BufferedConnection, BufferLimits } from './back-pressure.ts';

// Real connections take real time, above all while others use the machine.
jest.setTimeout(30_000);

const [ada, bob] = [newId(), newId()];
const room = newId();
const start = useLiveGateways();
let gateway: LiveGateway;

/** Stops reading at the TCP level, as a suspended laptop does. */
function stopReading(client: Client): void {
  const { engine } = client.socket.io as unknown as {
    engine: { transport: { ws: { _socket: TcpSocket } } };
  };
  engine.transport.ws._socket.pause();
}

/** One slow reader and one that reads, in a room. */
async function setUp(buffers: BufferLimits) {
  gateway = await start(chatWith([channelOf(room)]), { buffers });
  const [slow, quick] = [gateway.client(tokenOf(ada)), gateway.client(tokenOf(bob))];
  await Promise.all([slow.connected(), quick.connected()]);
  const socket = [...gateway.io.of('/').sockets.values()].find(({ data }) => data.session.userId === ada);
  if (socket === undefined) throw new Error('not connected');
  const connection = socket.conn as unknown as BufferedConnection;
  stopReading(slow);
  return { slow, quick, connection };
}

/** Says something large until the slow reader is cut, at most `times`. Returns the most that was ever held for it. */
async function talk(connection: BufferedConnection, { bytes, times }: { bytes: number; times: number }) {
  const channelId = 'x'.repeat(bytes);
  let [held, said] = [0, 0];
  for (; gateway.io.engine.clientsCount === 2 && said < times; said += 1) {
    gateway.io.to(rooms.channel(room)).emit('channel:left', { channelId, revision: 1 });
    held = Math.max(held, bufferedBytes(connection));
    // Lets the kernel and the quick reader take their share.
    await turn();
  }
  await eventually(
    () => gateway.io.engine.clientsCount,
    (count) => count === 1,
  );
  return { held, said };
}

describe('a reader that does not read', () => {
  it('is cut by what it lets wait in bytes, and never more is held for it', async () => {
    const limit = 1024 * 1024;
    const { quick, connection } = await setUp({ packets: 1_000_000, bytes: limit });
    const bytes = 20_000;
    const { held, said } = await talk(connection, { bytes, times: 20_000 });
    expect(held).toBeGreaterThan(limit / 2);
    expect(held).toBeLessThan(limit + 2 * bytes);
    expect(quick.socket.connected).toBe(true);
    await eventually(
      () => quick.received('channel:left').length,
      (count) => count === said,
    );
  });

  it('is cut by how many packets it lets wait, however small', async () => {
    const { connection } = await setUp({ packets: 200, bytes: Number.MAX_SAFE_INTEGER });
    await talk(connection, { bytes: 4_000, times: 100_000 });
    expect(connection.writeBuffer.length).toBeLessThanOrEqual(202);
  });

  it('holds nothing once it is cut, and comes back to sync', async () => {
    const { slow, connection } = await setUp({ packets: 100, bytes: 1024 * 1024 });
    await talk(connection, { bytes: 20_000, times: 20_000 });
    await eventually(
      () => connection.writeBuffer.length,
      (count) => count === 0,
    );
    slow.socket.disconnect();
    const again = gateway.client(tokenOf(ada));
    await again.connected();
    expect(await again.request('channel:read', { channelId: room, seq: 1 })).toMatchObject({ ok: true });
  });
});
