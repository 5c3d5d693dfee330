import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, jest } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { chatWith, tokenOf } from '../testing/live-gateway.ts';
import { useLiveGateways } from '../testing/use-live-gateways.ts';

// Real connections take real time, above all while others use the machine.
jest.setTimeout(30_000);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const start = useLiveGateways();

it('a connection does not keep the request that opened it', async () => {
  const gateway = await start(chatWith([]));
  const requests: WeakRef<object>[] = [];
  gateway.server.on('upgrade', (request: object) => requests.push(new WeakRef(request)));
  const client = gateway.client(tokenOf(newId()));
  await client.connected();
  // What is on the stack, or waits for its turn, may still look at it.
  for (let times = 0; times < 5; times += 1) {
    await turn();
    collectGarbage();
  }
  expect(requests.map((request) => request.deref())).toEqual([undefined]);
  expect(client.socket.connected).toBe(true);
});
