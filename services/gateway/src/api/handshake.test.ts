import { describe, expect, it, jest } from '@jest/globals';
import { rooms } from '@chatplatform/contracts/frames/socket';
import type { Problem } from '@chatplatform/contracts/problem';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import type { Chat } from '../core/ports/chat.ts';
import { chatWith, tokenOf } from '../testing/live-gateway.ts';
import { useLiveGateways } from '../testing/use-live-gateways.ts';

// Real connections take real time, above all while others use the machine.
jest.setTimeout(30_000);

const ada = newId();
const [room, elsewhere] = [newId(), newId()];
const start = useLiveGateways();

/** What a refused handshake tells the client. */
async function refusalOf(connecting: Promise<void>): Promise<Problem> {
  try {
    await connecting;
  } catch (error) {
    return (error as { data: Problem }).data;
  }
  throw new Error('was let in');
}

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
    expect([room, elsewhere, added].map(gateway.inRoom)).toEqual([0, 1, 1]);
    signal('member:removed', elsewhere);
    signal('member:added', room);
    expect([room, elsewhere, added].map(gateway.inRoom)).toEqual([1, 0, 1]);
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
    expect([room, elsewhere].map(gateway.inRoom)).toEqual([0, 1]);
  });

  it('hears of a removal, and then of the addition before it that another Pod was late to tell', async () => {
    const gateway = await start(chatWith([channelOf(room)]));
    await gateway.client(tokenOf(ada)).connected();
    const signal = (name: 'member:added' | 'member:removed', revision: number): void =>
      gateway.io.of('/')._onServerSideEmit([name, { channelId: room, userId: ada, revision }]);
    signal('member:removed', 2);
    signal('member:added', 1);
    expect(gateway.inRoom(room)).toBe(0);
    signal('member:added', 3);
    expect(gateway.inRoom(room)).toBe(1);
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
});
