import { describe, expect, it, jest } from '@jest/globals';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { ChatRefusal } from '../core/domain/chat-refusal.ts';
import { chatWith, tokenOf } from '../testing/live-gateway.ts';
import type { Client } from '../testing/live-gateway.ts';
import { useLiveGateways } from '../testing/use-live-gateways.ts';

// Real connections take real time, above all while others use the machine.
jest.setTimeout(30_000);

const [ada, bob] = [newId(), newId()];
const [room, elsewhere] = [newId(), newId()];
const start = useLiveGateways();

describe('frames', () => {
  it('are answered with the field that is wrong, and the connection stays', async () => {
    const gateway = await start(chatWith([channelOf(room)]));
    const client = gateway.client(tokenOf(ada));
    await client.connected();
    expect(await client.request('message:send', { channelId: 'not an id', message: {} })).toMatchObject({
      ok: false,
      error: {
        status: 400,
        errors: expect.arrayContaining([expect.objectContaining({ field: 'channelId' })]),
      },
    });
    for (const body of [undefined, null, 7, 'text', [], { channelId: room }])
      expect(await client.request('channel:read', body)).toMatchObject({ ok: false, error: { status: 400 } });
    for (const name of ['no:such', 'toString', '__proto__', 'constructor'])
      expect(await client.request(name, {})).toMatchObject({ ok: false, error: { code: 'frame.unknown' } });
    expect(client.socket.connected).toBe(true);
  });

  it('pass the answer of the chat service on, also its refusal', async () => {
    const problem = { type: 'about:blank', title: 'Not Found', status: 404, code: 'channel.not-found' };
    const gateway = await start(
      chatWith([], {
        ask: (_token, _name, frame) =>
          'channelId' in frame && frame.channelId === room
            ? Promise.resolve({ id: `${room}:1` } as never)
            : Promise.reject(new ChatRefusal(problem)),
      }),
    );
    const client = gateway.client(tokenOf(ada));
    await client.connected();
    const message = { clientMessageId: newId(), text: 'hello' };
    expect(await client.request('message:send', { channelId: room, message })).toEqual({
      ok: true,
      result: { id: `${room}:1` },
    });
    expect(await client.request('message:send', { channelId: elsewhere, message })).toEqual({
      ok: false,
      error: problem,
    });
  });

  it('show typing to the others in the channel, and only there', async () => {
    const gateway = await start(chatWith([channelOf(room)]));
    const [first, second] = [gateway.client(tokenOf(ada)), gateway.client(tokenOf(bob))];
    await Promise.all([first.connected(), second.connected()]);
    expect(await first.request('typing:set', { channelId: room, typing: true })).toEqual({
      ok: true,
      result: {},
    });
    await eventually(
      () => second.received('typing:changed'),
      (frames) => frames.length === 1,
    );
    expect(second.received('typing:changed')).toEqual([{ channelId: room, userId: ada, typing: true }]);
    expect(first.received('typing:changed')).toEqual([]);
    expect(await first.request('typing:set', { channelId: elsewhere, typing: true })).toMatchObject({
      ok: false,
      error: { status: 403 },
    });
  });

  it('are limited, with the time to wait', async () => {
    const gateway = await start(chatWith([]));
    const client = gateway.client(tokenOf(ada));
    await client.connected();
    const acks = await Promise.all(
      Array.from({ length: 260 }, () => client.request('channel:read', { channelId: room, seq: 1 })),
    );
    const refused = acks.filter(({ ok }) => !ok);
    expect(refused.length).toBeGreaterThan(0);
    expect(acks.length - refused.length).toBeGreaterThanOrEqual(200);
    expect(refused[0]).toMatchObject({ error: { status: 429, retryAfterSeconds: expect.any(Number) } });
    expect(client.socket.connected).toBe(true);
  });

  it('are limited for all connections of a person together', async () => {
    const gateway = await start(chatWith([]));
    const devices = Array.from({ length: 4 }, () => gateway.client(tokenOf(ada)));
    const other = gateway.client(tokenOf(bob));
    await Promise.all([...devices, other].map((client) => client.connected()));
    const read = (client: Client) => client.request('channel:read', { channelId: room, seq: 1 });
    const acks = await Promise.all(
      devices.flatMap((device) => Array.from({ length: 150 }, () => read(device))),
    );
    const refused = acks.filter(({ ok }) => !ok);
    expect(refused.length).toBeGreaterThan(0);
    expect(acks.length - refused.length).toBeGreaterThanOrEqual(400);
    expect(refused[0]).toMatchObject({ error: { status: 429, retryAfterSeconds: expect.any(Number) } });
    expect(await read(other)).toMatchObject({ ok: true });
  });

  it('that are too long are answered with the field; beyond all measure they end the connection', async () => {
    const gateway = await start(chatWith([]));
    const client = gateway.client(tokenOf(ada));
    await client.connected();
    const message = { clientMessageId: newId(), text: 'x'.repeat(100_000) };
    expect(await client.request('message:send', { channelId: room, message })).toMatchObject({
      ok: false,
      error: { status: 400, errors: [expect.objectContaining({ field: 'message.text' })] },
    });
    client.socket.emit('message:send', { channelId: room, text: 'x'.repeat(300_000) });
    await eventually(
      () => client.socket.connected,
      (connected) => !connected,
    );
    await gateway.client(tokenOf(ada)).connected();
  });
});
