import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { decodeEvent } from '@chatplatform/contracts/events/decode';
import type { Message } from '@chatplatform/contracts/http/chat';
import type { SyncAnswer } from '@chatplatform/contracts/http/stream';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { useBroker } from '@chatplatform/kit/testing/use-broker';
import type { Client } from './testing/live-gateway.ts';
import { describeWithPlatform, heard, send, startPlatform } from './testing/platform.ts';
import type { TestPlatform } from './testing/platform.ts';

/**
 * How long what is away stays away; at least as long as something takes to be said meanwhile. By hand, five minutes:
 * `BROKER_AWAY_SECONDS=300 REDIS_AWAY_SECONDS=300 STORE_AWAY_SECONDS=300 npm run test:unit -- services/gateway/src/faults`.
 */
const awayMs = (name: 'BROKER' | 'REDIS' | 'STORE'): number =>
  Number(process.env[`${name}_AWAY_SECONDS`] ?? 0) * 1000;
const LONGEST_AWAY_MS = Math.max(awayMs('BROKER'), awayMs('REDIS'), awayMs('STORE'));

// Real servers take real time, above all while others use the machine.
jest.setTimeout(120_000 + 2 * LONGEST_AWAY_MS);

/** A send that is repeated is announced again; clients drop what they have. */
const seqsOf = (messages: readonly Message[]): number[] => [...new Set(messages.map(({ seq }) => seq))];
/** A send whose outcome was not known is announced by its retry, after those that followed it; clients place it by its seq. */
const placed = (messages: readonly Message[]): number[] => seqsOf(messages).toSorted((a, b) => a - b);
const syncOf = (channelId: string, afterSeq = 0) => ({ channels: [{ channelId, afterSeq }] });
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describeWithPlatform('a platform that loses a part', () => {
  const [ada, bob] = [newId(), newId()];
  const broker = useBroker(process.env['AMQP_URL'] ?? '');
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await startPlatform({ people: [ada, bob] });
  }, 300_000);
  afterAll(() => platform.stop());

  /** Their tokens outlast whatever is away; nobody renews them here. */
  const lifetimeSeconds = 600 + LONGEST_AWAY_MS / 1000;
  const tokenOf = (userId: string) => platform.issuer.issue({ userId, lifetimeSeconds });
  const bothConnected = async (): Promise<[Client, Client]> => [
    await platform.connectWith('first', await tokenOf(ada)),
    await platform.connectWith('second', await tokenOf(bob)),
  ];
  const told = (client: Client) =>
    eventually(
      () => client.received('sync:required'),
      (frames) => frames.length > 0,
    );
  /** Sends again what was refused, as a client does, until it is acknowledged. */
  const sendUntilAcknowledged = async (client: Client, channelId: string, id: string): Promise<Message> => {
    while (client.socket.connected) {
      const ack = await send(client, channelId, `text of ${id}`, id);
      if (ack.ok) return ack.result as Message;
      await pause(50);
    }
    throw new Error('the connection was lost');
  };

  /** The places of a whole stream, as a client fetches it. */
  const placesOf = async (client: Client, channelId: string): Promise<number[]> => {
    const places: number[] = [];
    for (;;) {
      const ack = await client.request('channels:sync', syncOf(channelId, places.at(-1)));
      if (!ack.ok) throw new Error(`no sync: ${JSON.stringify(ack)}`);
      const { channels, complete } = ack.result as SyncAnswer;
      places.push(...(channels[0]?.entries ?? []).map(({ seq }) => seq));
      if (complete) return places;
    }
  };

  /** Does it once, and again until the time is over. */
  const meanwhile = async (milliseconds: number, act: () => Promise<void>): Promise<void> => {
    const endsAt = Date.now() + milliseconds;
    do {
      await act();
      await pause(Math.min(500, Math.max(0, endsAt - Date.now())));
    } while (Date.now() < endsAt);
  };

  it('one gateway without Redis: its connections stay, and its clients catch up', async () => {
    const channel = await platform.createGroup(ada, bob);
    const [adaLive, bobLive] = await bothConnected();
    platform.cut('redis', ['second']);
    expect(await send(bobLive, channel.id, 'from behind the cut')).toMatchObject({
      ok: true,
      result: { seq: 1 },
    });
    expect(await send(adaLive, channel.id, 'unheard')).toMatchObject({ ok: true, result: { seq: 2 } });
    await eventually(
      () => heard(adaLive, channel.id),
      (found) => found.length === 2,
    );
    expect(bobLive.socket.connected).toBe(true);
    expect(heard(bobLive, channel.id)).toEqual([]);
    platform.restore('redis', ['second']);
    await told(bobLive);
    expect(await bobLive.request('channels:sync', syncOf(channel.id))).toMatchObject({
      ok: true,
      result: { channels: [{ entries: [{ seq: 1 }, { seq: 2 }], complete: true }] },
    });
    await send(adaLive, channel.id, 'heard again');
    await eventually(
      () => heard(bobLive, channel.id),
      (found) => found.length === 1,
    );
  });

  it('a gateway that starts without Redis: who connects meanwhile catches up as well', async () => {
    const channel = await platform.createGroup(ada, bob);
    platform.cut('redis', ['second']);
    await platform.replaceGateway('second');
    const [adaLive, bobLive] = await bothConnected();
    expect(await send(adaLive, channel.id, 'unheard')).toMatchObject({ ok: true, result: { seq: 1 } });
    await platform.post(ada, `/${channel.id}/members/${bob}`, undefined, 'DELETE');
    platform.restore('redis', ['second']);
    await told(bobLive);
    await send(adaLive, channel.id, 'behind his back');
    await eventually(
      () => heard(adaLive, channel.id),
      (found) => found.length === 2,
    );
    await platform.post(ada, `/${channel.id}/members`, { userId: bob });
    // What is said while his channels are being read once more he would fetch by a sync.
    const ofBob = await eventually(
      async () => {
        await send(adaLive, channel.id, 'for both');
        return heard(bobLive, channel.id);
      },
      (found) => found.length > 0,
    );
    expect([...new Set(ofBob.map(({ text }) => text))]).toEqual(['for both']);
  });

  it('chat has no Redis: how far somebody has read gets to their other device all the same', async () => {
    const channel = await platform.createGroup(ada, bob);
    const [adaLive, other] = [
      await platform.connectWith('first', await tokenOf(ada)),
      await platform.connectWith('second', await tokenOf(ada)),
    ];
    await send(adaLive, channel.id, 'one');
    await platform.post(bob, `/${channel.id}/messages`, { clientMessageId: newId(), text: 'two' });
    const read = () => adaLive.request('channel:read', { channelId: channel.id, seq: 2 });
    platform.cut('redis', ['chat']);
    expect(await read()).toMatchObject({ ok: true, result: { seq: 2 } });
    expect(other.received('sync:required')).toEqual([]);
    platform.restore('redis', ['chat']);
    await told(other);
    // As after an answer that was lost with the Pod that should have told.
    await eventually(
      async () => {
        await read();
        return other.received('channel:read');
      },
      (frames) => frames.length > 0,
    );
  });

  it('nobody has Redis: sends are acknowledged, and all are told to sync when it is back', async () => {
    const channel = await platform.createGroup(ada, bob);
    const [adaLive, bobLive] = await bothConnected();
    platform.cut('redis');
    let said = 0;
    await meanwhile(awayMs('REDIS'), async () => {
      const acknowledged = await Promise.all(
        [adaLive, bobLive, adaLive, bobLive].map((client) =>
          sendUntilAcknowledged(client, channel.id, newId()),
        ),
      );
      said += acknowledged.length;
    });
    expect([adaLive, bobLive].map(({ socket }) => socket.connected)).toEqual([true, true]);
    platform.restore('redis');
    for (const client of [adaLive, bobLive]) {
      await told(client);
      expect(await placesOf(client, channel.id)).toEqual(upTo(said));
    }
    await eventually(
      async () => {
        await send(adaLive, channel.id, 'live again');
        return heard(bobLive, channel.id).length;
      },
      (count) => count > 0,
    );
  });

  it('nobody has the broker: nobody notices, and the outbox drains in the order of each channel', async () => {
    const channels = [
      await platform.createGroup(ada, bob),
      await platform.createGroup(ada, bob),
      await platform.createGroup(ada, bob),
    ];
    const [adaLive, bobLive] = await bothConnected();
    const ours = new Set(channels.map(({ id }) => id));
    const events = new Map<string, { channelId: string; seq: number }>();
    const bus = await broker.start({ service: broker.fixture().service });
    await bus.consume({
      types: ['chat.message.created.v1'],
      async handle(event) {
        const known = decodeEvent(event);
        if (known.type !== 'chat.message.created.v1' || !ours.has(known.data.channelId)) return;
        if (!events.has(known.id)) events.set(known.id, known.data);
      },
    });
    const published = (channelId: string): number[] =>
      [...events.values()].filter((event) => event.channelId === channelId).map(({ seq }) => seq);
    await Promise.all(channels.map(({ id }) => send(adaLive, id, 'before')));
    await eventually(
      () => channels.map(({ id }) => published(id).length),
      (counts) => counts.every((count) => count === 1),
    );
    const waiting = (): Promise<number> =>
      platform.db.collection('entries').countDocuments({ 'outbox.event.time': { $exists: true } });
    // Published is not yet marked so.
    await eventually(waiting, (left) => left === 0);

    platform.cut('broker');
    let count = 0;
    await meanwhile(awayMs('BROKER'), async () => {
      count += 20;
      await Promise.all(
        upTo(20).flatMap((n) =>
          channels.map(({ id }) => sendUntilAcknowledged(n % 2 === 0 ? adaLive : bobLive, id, newId())),
        ),
      );
    });
    for (const { id } of channels) {
      const live = await eventually(
        () => placed(heard(bobLive, id)),
        (seqs) => seqs.length === count + 1,
      );
      expect(live).toEqual(upTo(count + 1));
    }
    expect(await waiting()).toBe(channels.length * count);

    platform.restore('broker');
    await Promise.all(channels.map(({ id }) => send(adaLive, id, 'after')));
    await eventually(waiting, (left) => left === 0, 30_000 + awayMs('BROKER'));
    await eventually(
      () => events.size,
      (size) => size === channels.length * (count + 2),
      15_000 + awayMs('BROKER'),
    );
    for (const { id } of channels) expect(published(id)).toEqual(upTo(count + 2));
  });

  it('chat has lost its store: senders are told to retry, and nothing is half done', async () => {
    const channel = await platform.createGroup(ada, bob);
    const [adaLive, bobLive] = await bothConnected();
    await send(adaLive, channel.id, 'before');
    const ids = upTo(6).map(() => newId());
    /** Everything else that one may want, each as a retry of itself. */
    const [edit, reaction, other] = [newId(), newId(), newId()];
    const wishes: (() => Promise<Response>)[] = [
      () =>
        platform.post(ada, `/${channel.id}/messages/1`, { clientOperationId: edit, text: 'after' }, 'PATCH'),
      () =>
        platform.post(
          bob,
          `/${channel.id}/messages/1/reactions`,
          { clientOperationId: reaction, emoji: '👍', added: true },
          'PUT',
        ),
      () => platform.post(ada, '', { id: other, kind: 'group', name: 'Other', memberIds: [bob] }),
    ];
    platform.cut('mongodb', ['chat']);
    await meanwhile(awayMs('STORE'), async () => {
      const refused = await Promise.all(ids.map((id) => send(adaLive, channel.id, `text of ${id}`, id)));
      for (const ack of refused)
        expect(ack).toMatchObject({
          ok: false,
          error: { status: 503, retryAfterSeconds: expect.any(Number) },
        });
      for (const response of await Promise.all(wishes.map((wish) => wish()))) {
        expect(response.status).toBe(503);
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      }
    });
    expect(adaLive.socket.connected).toBe(true);
    platform.restore('mongodb', ['chat']);
    const stored = await Promise.all(ids.map((id) => sendUntilAcknowledged(adaLive, channel.id, id)));
    expect(seqsOf(stored).toSorted((a, b) => a - b)).toEqual(upTo(ids.length + 1).slice(1));
    const live = await eventually(
      () => seqsOf(heard(bobLive, channel.id)),
      (seqs) => seqs.length === ids.length + 1,
    );
    expect(live).toEqual(upTo(ids.length + 1));
    // The second time finds what the first has done.
    for (const wish of [...wishes, ...wishes]) expect((await wish()).ok).toBe(true);
    const entries = platform.db.collection('entries');
    const stream = await entries
      .find({ channelId: channel.id, 'content.type': { $ne: 'receipts' } })
      .toArray();
    expect(stream.filter(({ type }) => type === 'message')).toHaveLength(ids.length + 1);
    expect(stream.filter(({ type }) => type === 'change')).toHaveLength(2);
    expect(await platform.db.collection('channels').countDocuments({ name: 'Other' })).toBe(1);
    expect(await platform.db.collection('memberships').countDocuments({ channelId: other })).toBe(2);
  });

  it('the chat service is killed and replaced: what was acknowledged is there, once and in order', async () => {
    const channel = await platform.createGroup(ada, bob);
    const live = await platform.connect('first', ada);
    const ids = Array.from({ length: 60 }, () => newId());
    const sending = Promise.all(ids.map((id) => sendUntilAcknowledged(live, channel.id, id)));
    await eventually(
      () => heard(live, channel.id).length,
      (count) => count > 0,
    );
    await platform.replaceChat();
    const acknowledged = await sending;
    expect(seqsOf(acknowledged).toSorted((a, b) => a - b)).toEqual(upTo(ids.length));
    expect(await live.request('channels:sync', syncOf(channel.id))).toMatchObject({
      ok: true,
      result: { complete: true, channels: [{ channel: { lastSeq: ids.length } }] },
    });
  });
});
