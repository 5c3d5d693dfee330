import type { Socket as TcpSocket } from 'node:net';
import { expect, it, jest } from '@jest/globals';
import { rooms } from '@chatplatform/contracts/frames/socket';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { chatWith, tokenOf } from '../testing/live-gateway.ts';
import type { LiveGateway } from '../testing/live-gateway.ts';
import { useLiveGateways } from '../testing/use-live-gateways.ts';

// Real connections take real time, above all while others use the machine.
jest.setTimeout(30_000);

const [ada, room] = [newId(), newId()];
const start = useLiveGateways();
let gateway: LiveGateway;

/** How often something was handed to the kernel, from now on. Node has no public name for it. */
function countWrites(): () => number {
  const [socket] = [...gateway.io.of('/').sockets.values()];
  const { transport } = (socket?.conn ?? {}) as unknown as { transport: { socket: { _socket: TcpSocket } } };
  const connection = transport.socket._socket as TcpSocket & { _writeGeneric(): void };
  const written = jest.spyOn(connection, '_writeGeneric');
  return () => written.mock.calls.length;
}

it('what is said in one turn reaches a connection in its order, by two writes however much it is', async () => {
  gateway = await start(chatWith([channelOf(room)]));
  const client = gateway.client(tokenOf(ada));
  await client.connected();
  const writes = countWrites();
  const revisions = Array.from({ length: 20 }, (_, index) => index + 1);
  for (const revision of revisions)
    gateway.io.to(rooms.channel(room)).emit('channel:left', { channelId: room, revision });
  const heard = await eventually(
    () => client.received('channel:left') as { revision: number }[],
    (frames) => frames.length === revisions.length,
  );
  expect(heard.map(({ revision }) => revision)).toEqual(revisions);
  // The first goes out at once; what follows before it is taken goes together.
  expect(writes()).toBe(2);
});
