import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { channelOf } from '@chatplatform/contracts/testing/channel';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { chatWith, tokenOf } from '../testing/live-gateway.ts';
import { useLiveGateways } from '../testing/use-live-gateways.ts';

// Real connections take real time, above all while others use the machine.
jest.setTimeout(30_000);

const [ada, bob] = [newId(), newId()];
const [room, elsewhere] = [newId(), newId()];
const start = useLiveGateways();

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

  it('hears again of what may have been missed, in the rooms that are right now', async () => {
    let channels = [channelOf(room)];
    const gateway = await start(chatWith([], { channels: async () => channels }));
    const client = gateway.client(tokenOf(ada));
    await client.connected();
    channels = [channelOf(elsewhere)];
    gateway.live.hold();
    // What is published from now on may be no business of theirs.
    expect([room, elsewhere].map(gateway.inRoom)).toEqual([0, 0]);
    gateway.live.refresh();
    expect([room, elsewhere].map(gateway.inRoom)).toEqual([0, 0]);
    await eventually(
      () => client.received('sync:required'),
      (frames) => frames.length === 1,
    );
    expect(client.received('sync:required')).toEqual([{ channelId: null }]);
    expect([room, elsewhere].map(gateway.inRoom)).toEqual([0, 1]);
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
    expect(gateway.inRoom(room)).toBe(1);
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
