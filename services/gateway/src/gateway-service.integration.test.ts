import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Channel, Message } from '@chatplatform/contracts/http/chat';
import { createInternalTokens } from '@chatplatform/kit/access';
import { newId } from '@chatplatform/kit/ids';
import { connectMongo } from '@chatplatform/kit/mongo';
import { startTokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import type { TokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { startOtlpCollector } from '@chatplatform/kit/testing/otlp-collector';
import { startClient } from './testing/live-gateway.ts';
import type { Client } from './testing/live-gateway.ts';
import { migrate, startService } from './testing/services.ts';
import type { ServiceProcess } from './testing/services.ts';

const { MONGODB_URL = '', AMQP_URL = '', REDIS_URL = '' } = process.env;
const missing = Object.entries({ MONGODB_URL, AMQP_URL, REDIS_URL }).flatMap(([key, value]) =>
  value === '' ? [key] : [],
);
const describeWithStores = missing.length === 0 ? describe : describe.skip;
const suffix = missing.length === 0 ? '' : ` (not set: ${missing.join(', ')})`;

// Real servers take real time, above all while others use the machine.
jest.setTimeout(60_000);

describeWithStores(`two gateways before the chat service${suffix}`, () => {
  const database = `gateway_test_${newId().slice(-12)}`;
  /** Known to the chat service as its events would have made them. */
  const [ada, bob, eve] = [newId(), newId(), newId()];
  const key = Buffer.alloc(32, 9).toString('base64');
  const gateways: ServiceProcess[] = [];
  const clients: Client[] = [];
  let chat: ServiceProcess;
  let issuer: TokenIssuer;
  let collector: Awaited<ReturnType<typeof startOtlpCollector>>;
  let environment: Record<string, string>;

  const connect = async (gateway: number, who: string, lifetimeSeconds = 300): Promise<Client> => {
    const token = await issuer.issue({ userId: who, lifetimeSeconds });
    const client = startClient(gateways[gateway]?.url ?? '', token);
    clients.push(client);
    await client.connected();
    return client;
  };
  const post = async (who: string, path: string, body: unknown, method = 'POST'): Promise<Response> =>
    fetch(`${chat.url}/api/v1/channels${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await issuer.issue({ userId: who })}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const syncOf = ({ id: channelId }: Channel, afterSeq: number) => ({ channels: [{ channelId, afterSeq }] });
  const createGroup = async (owner: string, ...memberIds: string[]): Promise<Channel> =>
    (await (await post(owner, '', { kind: 'group', name: 'Engine room', memberIds })).json()) as Channel;
  const send = (client: Client, channelId: string, text: string, clientMessageId = newId()) =>
    client.request('message:send', { channelId, message: { clientMessageId, text } });
  const heard = (client: Client, channelId: string): Message[] =>
    (client.received('message:created') as Message[]).filter((message) => message.channelId === channelId);

  beforeAll(async () => {
    issuer = await startTokenIssuer();
    collector = await startOtlpCollector();
    environment = {
      LOG_LEVEL: 'warn',
      PUBLIC_URL: 'http://chat.example.org',
      MONGODB_URL,
      MONGODB_DATABASE: database,
      AMQP_URL,
      REDIS_URL,
      JWKS_URL: issuer.jwksUrl,
      INTERNAL_TOKEN_KEY: key,
      DRAIN_SECONDS: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    };
    await migrate('chat', environment);
    chat = await startService('chat', environment);
    const gatewayEnvironment = { ...environment, CHAT_URL: chat.url };
    gateways.push(
      await startService('gateway', gatewayEnvironment),
      await startService('gateway', gatewayEnvironment),
    );
    const mongo = await connectMongo({ url: MONGODB_URL, database });
    for (const _id of [ada, bob, eve])
      await mongo.db
        .collection<{ _id: string }>('people')
        .updateOne({ _id }, { $set: { _id } }, { upsert: true });
    await mongo.close();
  }, 90_000);

  afterAll(async () => {
    for (const { socket } of clients) socket.disconnect();
    for (const service of [...gateways, chat]) service.child.kill('SIGTERM');
    await Promise.all([...gateways, chat].map(({ exited }) => exited));
    const mongo = await connectMongo({ url: MONGODB_URL, database });
    await mongo.db.dropDatabase();
    await mongo.close();
    await collector.close();
    issuer.close();
  }, 60_000);

  it('delivers each message once and in order across gateways, after it was stored', async () => {
    const channel = await createGroup(ada, bob);
    const [adaLive, bobLive] = [await connect(0, ada), await connect(1, bob)];
    const texts = Array.from({ length: 100 }, (_, index) => `message ${index}`);
    const acks = await Promise.all(
      texts.map((text, index) => send(index % 4 === 0 ? bobLive : adaLive, channel.id, text)),
    );
    expect(acks.filter(({ ok }) => !ok)).toEqual([]);
    for (const client of [adaLive, bobLive]) {
      const messages = await eventually(
        () => heard(client, channel.id),
        (found) => found.length >= texts.length,
      );
      expect(messages.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 1));
      expect(messages.map(({ text }) => text).toSorted()).toEqual(texts.toSorted());
    }
  });

  it('answers a repeated send with the first result, also through another gateway', async () => {
    const channel = await createGroup(ada, bob);
    const [one, other] = [await connect(0, ada), await connect(1, ada)];
    const id = newId();
    const first = await send(one, channel.id, 'once', id);
    expect(first).toMatchObject({ ok: true, result: { seq: 1 } });
    expect(await send(other, channel.id, 'once', id)).toEqual(first);
  });

  it('follows membership on live connections', async () => {
    const live = await connect(1, eve);
    const channel = await createGroup(ada, bob);
    await post(ada, `/${channel.id}/members`, { userId: eve });
    await eventually(
      () => live.received('channel:joined'),
      (frames) => frames.length === 1,
    );
    expect(live.received('channel:joined')).toMatchObject([
      { id: channel.id, role: 'member', memberCount: 3 },
    ]);
    const speaker = await connect(0, ada);
    await send(speaker, channel.id, 'welcome');
    await eventually(
      () => heard(live, channel.id),
      (found) => found.length === 1,
    );
    expect((await post(ada, `/${channel.id}/members/${eve}`, undefined, 'DELETE')).status).toBe(204);
    await eventually(
      () => live.received('channel:left'),
      (frames) => frames.length === 1,
    );
    await send(speaker, channel.id, 'behind her back');
    await eventually(
      () => heard(speaker, channel.id),
      (found) => found.length === 2,
    );
    expect(heard(live, channel.id)).toHaveLength(1);
    expect(await send(live, channel.id, 'still here?')).toMatchObject({ ok: false, error: { status: 404 } });
    expect(await live.request('channels:sync', syncOf(channel, 0))).toMatchObject({
      ok: true,
      result: { channels: [{ channel: null, entries: [], complete: true }] },
    });
  });

  it('syncs, marks read on every device, and shows typing', async () => {
    const channel = await createGroup(ada, bob);
    const [speaker, phone, laptop] = [await connect(0, ada), await connect(0, bob), await connect(1, bob)];
    for (const text of ['one', 'two', 'three']) await send(speaker, channel.id, text);
    expect(await phone.request('channels:sync', { ...syncOf(channel, 1), limit: 1 })).toMatchObject({
      ok: true,
      result: {
        complete: false,
        channels: [
          {
            channel: { lastSeq: 3, unreadCount: 3 },
            entries: [{ type: 'message', seq: 2, message: { text: 'two' } }],
            complete: false,
          },
        ],
      },
    });
    expect(await phone.request('channel:read', { channelId: channel.id, seq: 3 })).toEqual({
      ok: true,
      result: { seq: 3, readCount: 3 },
    });
    await eventually(
      () => laptop.received('channel:read'),
      (frames) => frames.length > 0,
    );
    expect(laptop.received('channel:read')).toEqual([
      { channelId: channel.id, userId: bob, seq: 3, readCount: 3 },
    ]);
    await eventually(
      () => speaker.received('channel:entry'),
      (frames) => frames.length > 0,
    );
    expect(speaker.received('channel:entry')).toMatchObject([
      { type: 'receipts', seq: 4, messageCount: 3, receipts: [{ userId: bob, readSeq: 3, readCount: 3 }] },
    ]);
    expect(speaker.received('channel:read')).toEqual([]);
    await laptop.request('typing:set', { channelId: channel.id, typing: true });
    await eventually(
      () => speaker.received('typing:changed'),
      (frames) => frames.length === 1,
    );
  });

  it('continues the trace of a frame through the chat service to the broker', async () => {
    const channel = await createGroup(ada, bob);
    const live = await connect(0, ada);
    const traceId = newId().replaceAll('-', '');
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    const message = { clientMessageId: newId(), text: 'traced' };
    expect(await live.request('message:send', { channelId: channel.id, message, traceparent })).toMatchObject(
      { ok: true },
    );
    const spansOf = (service: string): string[] =>
      collector.spans
        .filter((span) => span.service === service && span.traceId === traceId)
        .map(({ name }) => name);
    await eventually(
      () => ({ gateway: spansOf('gateway'), chat: spansOf('chat') }),
      ({ gateway, chat: ofChat }) =>
        gateway.includes('message:send') &&
        ofChat.some((name) => name.startsWith('POST')) &&
        ofChat.some((name) => name.includes('publish')),
      20_000,
    );
  });

  it('tells other services, and nobody else, who is online', async () => {
    const somebody = newId();
    const presence = async (headers: Record<string, string>) =>
      fetch(`${gateways[1]?.url}/internal/presence?userIds=${somebody},${newId()}`, { headers });
    expect((await presence({})).status).toBe(401);
    expect((await presence({ authorization: `Bearer ${await issuer.issue({ userId: ada })}` })).status).toBe(
      401,
    );
    const tokens = createInternalTokens({ key, service: 'notification' });
    const isOnline = async (): Promise<boolean | undefined> => {
      const response = await presence({ authorization: `Bearer ${await tokens.mint('gateway')}` });
      return ((await response.json()) as { online: Record<string, boolean> }).online[somebody];
    };
    expect(await isOnline()).toBe(false);
    const device = await connect(0, somebody);
    await eventually(isOnline, (online) => online === true);
    device.socket.disconnect();
    await eventually(isOnline, (online) => online === false);
  });

  it('shows typing, and who is there, also to callers without a connection', async () => {
    const channel = await createGroup(ada, bob);
    const call = async (who: string, what: string, typing?: unknown): Promise<Response> =>
      fetch(`${gateways[0]?.url}/api/v1/live/channels/${channel.id}/${what}`, {
        method: what === 'typing' ? 'PUT' : 'GET',
        headers: {
          authorization: `Bearer ${await issuer.issue({ userId: who })}`,
          'content-type': 'application/json',
        },
        ...(what === 'typing' ? { body: JSON.stringify({ typing }) } : {}),
      });
    const device = await connect(1, bob);
    const online = async (): Promise<readonly string[]> =>
      ((await (await call(ada, 'presence')).json()) as { online: string[] }).online;
    await eventually(online, (people) => people.includes(bob));
    expect((await call(ada, 'typing', true)).status).toBe(204);
    const heardTyping = await eventually(
      () => device.received('typing:changed'),
      (frames) => frames.length > 0,
    );
    expect(heardTyping).toEqual([{ channelId: channel.id, userId: ada, typing: true }]);

    const refused = await call(eve, 'typing', true);
    expect([refused.status, await refused.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'channel.not-found' }),
    ]);
    expect((await call(eve, 'presence')).status).toBe(404);
    expect(await (await call(ada, 'typing', 'yes')).json()).toMatchObject({
      status: 400,
      errors: [expect.objectContaining({ field: 'typing' })],
    });
    const statuses = await Promise.all(
      Array.from({ length: 15 }, async () => (await call(ada, 'typing', false)).status),
    );
    expect(new Set(statuses)).toEqual(new Set([204, 429]));
  });

  it('drains on SIGTERM: clients are told, the process ends cleanly', async () => {
    const live = await connect(0, ada);
    gateways[0]?.child.kill('SIGTERM');
    await eventually(
      () => live.socket.connected,
      (connected) => !connected,
    );
    expect(live.received('session:ended')).toEqual([{ reason: 'draining' }]);
    expect(await gateways[0]?.exited).toBe(0);
  });
});
