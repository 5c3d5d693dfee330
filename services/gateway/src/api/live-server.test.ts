import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { rooms } from '@chatplatform/contracts/frames/socket';
import type { Problem } from '@chatplatform/contracts/problem';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { ChatRefusal } from '../core/domain/chat-refusal.ts';
import type { Chat } from '../core/ports/chat.ts';
import { chatWith, startLiveGateway, tokenOf } from '../testing/live-gateway.ts';
import type { Client, LiveGateway } from '../testing/live-gateway.ts';

// Real connections take real time, above all while others use the machine.
jest.setTimeout(30_000);

const [ada, bob] = [newId(), newId()];
const [room, elsewhere] = [newId(), newId()];
const gateways: LiveGateway[] = [];

async function start(...args: Parameters<typeof startLiveGateway>): Promise<LiveGateway> {
  const gateway = await startLiveGateway(...args);
  gateways.push(gateway);
  return gateway;
}

/** What a refused handshake tells the client. */
async function refusalOf(connecting: Promise<void>): Promise<Problem> {
  try {
    await connecting;
  } catch (error) {
    return (error as { data: Problem }).data;
  }
  throw new Error('was let in');
}

const inRoom = (gateway: LiveGateway, channelId: string): number =>
  gateway.io.of('/').adapter.rooms.get(rooms.channel(channelId))?.size ?? 0;

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.stop();
});

describe('the handshake', () => {
  it('lets a valid token in, with its rooms joined before the client knows of it', async () => {
    const gateway = await start(chatWith([channelOf(room)]));
    const client = gateway.client(tokenOf(ada));
    await client.connected();
    gateway.io.to(rooms.channel(room)).emit('channel:left', { channelId: room, revision: 1 });
    await eventually(
      () => client.received('channel:left'),
      (frames) => frames.length === 1,
    );
  });

  it.each([
    ['no token', undefined, 'token.missing'],
    ['a token that is none', 'nonsense', 'token.invalid'],
    ['an object for a token', { $ne: '' }, 'token.missing'],
  ])('refuses %s and says why', async (_, token, code) => {
    const gateway = await start(chatWith([]));
    expect(await refusalOf(gateway.client(token).connected())).toMatchObject({ status: 401, code });
  });

  it('asks to come back when the chat service does not tell the channels', async () => {
    const gateway = await start(
      chatWith([], {
        channels: () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })),
      }),
    );
    expect(await refusalOf(gateway.client(tokenOf(ada)).connected())).toMatchObject({ status: 503 });
  });

  it.each(['websocket', 'polling'])('keeps pages of other sites out (%s)', async (transport) => {
    const gateway = await start(chatWith([]));
    const from = (origin: string) =>
      gateway.client(tokenOf(ada), { transports: [transport], extraHeaders: { origin } }).connected();
    await expect(from('https://evil.example')).rejects.toThrow();
    await expect(from('https://chat.example.org')).resolves.toBeUndefined();
  });

  it('does not join a channel whose member was removed while the list was on its way', async () => {
    const asked = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<Awaited<ReturnType<Chat['channels']>>>();
    const gateway = await start(
      chatWith([], {
        channels: () => {
          asked.resolve(undefined);
          return answer.promise;
        },
      }),
    );
    const client = gateway.client(tokenOf(ada));
    await asked.promise;
    const added = newId();
    // As they come from Redis.
    const signal = (name: 'member:added' | 'member:removed', channelId: string): void =>
      gateway.io.of('/')._onServerSideEmit([name, { channelId, userId: ada }]);
    signal('member:removed', room);
    signal('member:added', added);
    answer.resolve([channelOf(room), channelOf(elsewhere)]);
    await client.connected();
    expect([room, elsewhere, added].map((id) => inRoom(gateway, id))).toEqual([0, 1, 1]);
    signal('member:removed', elsewhere);
    signal('member:added', room);
    expect([room, elsewhere, added].map((id) => inRoom(gateway, id))).toEqual([1, 0, 1]);
  });

  it('reads the list again when changes may have been missed while it was on its way', async () => {
    const asked = Promise.withResolvers<undefined>();
    const first = Promise.withResolvers<Awaited<ReturnType<Chat['channels']>>>();
    const answers = [first.promise, Promise.resolve([channelOf(elsewhere)])];
    const gateway = await start(
      chatWith([], {
        channels: async () => {
          asked.resolve(undefined);
          return (await answers.shift()) ?? [];
        },
      }),
    );
    const client = gateway.client(tokenOf(ada));
    await asked.promise;
    gateway.live.refresh();
    first.resolve([channelOf(room)]);
    await client.connected();
    await eventually(
      () => client.received('sync:required'),
      (frames) => frames.length === 1,
    );
    expect([room, elsewhere].map((id) => inRoom(gateway, id))).toEqual([0, 1]);
  });

  it('hears of a removal, and then of the addition before it that another Pod was late to tell', async () => {
    const gateway = await start(chatWith([channelOf(room)]));
    await gateway.client(tokenOf(ada)).connected();
    const signal = (name: 'member:added' | 'member:removed', revision: number): void =>
      gateway.io.of('/')._onServerSideEmit([name, { channelId: room, userId: ada, revision }]);
    signal('member:removed', 2);
    signal('member:added', 1);
    expect(inRoom(gateway, room)).toBe(0);
    signal('member:added', 3);
    expect(inRoom(gateway, room)).toBe(1);
  });
});

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

describe('a connection', () => {
  it('ends after its token, unless it is renewed with one of the same session', async () => {
    const gateway = await start(chatWith([]));
    const short = { lifetimeMs: 300 };
    const [left, kept] = [gateway.client(tokenOf(ada, short)), gateway.client(tokenOf(ada, short))];
    await Promise.all([left.connected(), kept.connected()]);
    for (const token of [tokenOf(bob), tokenOf(ada, { sessionId: 'another' })])
      expect(await kept.request('token:renew', { token })).toMatchObject({
        ok: false,
        error: { status: 403 },
      });
    expect(await kept.request('token:renew', { token: tokenOf(ada) })).toMatchObject({ ok: true });
    await eventually(
      () => left.socket.connected,
      (connected) => !connected,
    );
    expect(left.received('session:ended')).toEqual([{ reason: 'expired' }]);
    expect(kept.socket.connected).toBe(true);
  });

  it('ends with its session, and with no other of the same person', async () => {
    const ended = new Set<string>();
    let end = (_sessionId: string): void => undefined;
    const gateway = await start(chatWith([]), {
      revoked: { has: (id) => ended.has(id), onRevoked: (listener) => (end = listener) },
    });
    const stolen = { sessionId: 'stolen' };
    const clients = [stolen, stolen, { sessionId: 'kept' }].map((of) => gateway.client(tokenOf(ada, of)));
    await Promise.all(clients.map((client) => client.connected()));
    ended.add('stolen');
    end('stolen');
    await eventually(
      () => clients.map(({ socket }) => socket.connected),
      (connected) => !connected[0] && !connected[1],
    );
    expect(clients[0]?.received('session:ended')).toEqual([{ reason: 'revoked' }]);
    expect(clients[2]?.socket.connected).toBe(true);
  });

  it('is not let in when its session ended while it was being opened', async () => {
    const ended = new Set<string>();
    const asked = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<Awaited<ReturnType<Chat['channels']>>>();
    const channels = (): typeof answer.promise => {
      asked.resolve(undefined);
      return answer.promise;
    };
    const gateway = await start(chatWith([], { channels }), {
      revoked: { has: (id) => ended.has(id), onRevoked: () => undefined },
    });
    const client = gateway.client(tokenOf(ada, { sessionId: 'stolen' }));
    await asked.promise;
    ended.add('stolen');
    answer.resolve([]);
    expect(await refusalOf(client.connected())).toMatchObject({ status: 401, code: 'session.ended' });
  });

  it('hears again of what may have been missed, in the rooms that are right now', async () => {
    let channels = [channelOf(room)];
    const gateway = await start(chatWith([], { channels: async () => channels }));
    const client = gateway.client(tokenOf(ada));
    await client.connected();
    channels = [channelOf(elsewhere)];
    gateway.live.hold();
    // What is published from now on may be no business of theirs.
    expect([room, elsewhere].map((id) => inRoom(gateway, id))).toEqual([0, 0]);
    gateway.live.refresh();
    expect([room, elsewhere].map((id) => inRoom(gateway, id))).toEqual([0, 0]);
    await eventually(
      () => client.received('sync:required'),
      (frames) => frames.length === 1,
    );
    expect(client.received('sync:required')).toEqual([{ channelId: null }]);
    expect([room, elsewhere].map((id) => inRoom(gateway, id))).toEqual([0, 1]);
  });

  it('is read anew once for all reasons that came while it was being read', async () => {
    const readings: PromiseWithResolvers<never[]>[] = [];
    const channels = (): Promise<never[]> => {
      const reading = Promise.withResolvers<never[]>();
      readings.push(reading);
      return reading.promise;
    };
    const gateway = await start(chatWith([], { channels }));
    const client = gateway.client(tokenOf(ada));
    const answered = async (count: number): Promise<void> => {
      await eventually(
        () => readings.length,
        (length) => length === count,
      );
      readings.at(-1)?.resolve([]);
    };
    await answered(1);
    await client.connected();
    gateway.live.refresh();
    await eventually(
      () => readings.length,
      (length) => length === 2,
    );
    for (let reason = 0; reason < 3; reason += 1) gateway.live.refresh();
    await answered(2);
    await answered(3);
    await eventually(
      () => client.received('sync:required').length,
      (told) => told === 2,
    );
    expect(readings).toHaveLength(3);
  });

  it('reads anew the rooms of the one person whose membership is in doubt', async () => {
    let channels = [channelOf(room)];
    const gateway = await start(chatWith([], { channels: async () => channels }));
    const clients = [gateway.client(tokenOf(ada)), gateway.client(tokenOf(bob))] as const;
    await Promise.all(clients.map((client) => client.connected()));
    channels = [];
    gateway.live.refresh(ada);
    await eventually(
      () => clients[0].received('sync:required').length,
      (count) => count === 1,
    );
    expect(inRoom(gateway, room)).toBe(1);
    expect(clients[1].received('sync:required')).toEqual([]);
  });
});

describe('draining', () => {
  it('answers what is in flight, says goodbye spread over time, and lets nobody in', async () => {
    const answer = Promise.withResolvers<{ seq: number; readCount: number }>();
    const gateway = await start(chatWith([], { ask: () => answer.promise as Promise<never> }), {
      drainWindowMs: 600,
    });
    const clients = Array.from({ length: 10 }, () => gateway.client(tokenOf(ada)));
    await Promise.all(clients.map((client) => client.connected()));
    const endings: number[] = [];
    for (const { socket } of clients) socket.on('session:ended', () => endings.push(Date.now()));
    const inFlight = clients[0]?.request('channel:read', { channelId: room, seq: 4 });
    await sleep(50);
    const startedAt = Date.now();
    const stopped = gateway.live.stop();
    await expect(gateway.client(tokenOf(bob)).connected()).rejects.toThrow('websocket error');
    await sleep(100);
    answer.resolve({ seq: 4, readCount: 4 });
    expect(await inFlight).toEqual({ ok: true, result: { seq: 4, readCount: 4 } });
    await stopped;
    await eventually(
      () => endings.length,
      (count) => count === 10,
    );
    const spread = Math.max(...endings) - Math.min(...endings);
    expect(spread).toBeGreaterThan(300);
    expect(Math.min(...endings)).toBeGreaterThanOrEqual(startedAt);
    await eventually(
      () => clients.some(({ socket }) => socket.connected),
      (connected) => !connected,
    );
  });
});
