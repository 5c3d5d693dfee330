import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { notificationList } from '@chatplatform/contracts/http/notification';
import { createInternalTokens } from '@chatplatform/kit/access';
import { connectEventBus, newEvent } from '@chatplatform/kit/events';
import type { EventBus } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { createLogger } from '@chatplatform/kit/logger';
import { connectMongo } from '@chatplatform/kit/mongo';
import type { MongoConnection } from '@chatplatform/kit/mongo';
import { startTokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { connect } from 'amqplib';
import type { z } from 'zod';
import { loadNotificationConfig } from './config.ts';
import { migrateSchema } from './infrastructure/mongo/schema.ts';
import { startNotification } from './notification-service.ts';
import { fcmError, startFcmRecorder } from './testing/fcm-recorder.ts';

const { MONGODB_URL, AMQP_URL, SMTP_API_URL } = process.env;
const needed = ['MONGODB_URL', 'AMQP_URL', 'SMTP_URL', 'SMTP_API_URL'].find((key) => !process.env[key]);

type NotificationList = z.infer<typeof notificationList>;

interface SunkMail {
  readonly to: { address: string }[];
  readonly subject: string;
  readonly text: string;
  readonly headers: Record<string, string>;
}

/** Stands for the gateway: says who is online to callers with a proper internal token. */
async function startPresenceStandIn(key: string, online: Set<string>) {
  const tokens = createInternalTokens({ key, service: 'gateway' });
  const server = createServer(async (request, response) => {
    await tokens.verify((request.headers.authorization ?? '').replace('Bearer ', ''));
    const asked = new URL(request.url ?? '', 'http://x').searchParams.get('userIds')?.split(',') ?? [];
    response.end(JSON.stringify({ online: Object.fromEntries(asked.map((id) => [id, online.has(id)])) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

describeWith(needed ?? 'MONGODB_URL', 'the notification service', () => {
  const name = `notification-test-${newId().slice(-12)}`;
  const logger = createLogger({ service: name, level: 'silent' });
  const online = new Set<string>();
  const stops: (() => Promise<void> | void)[] = [];
  let mongo: MongoConnection;
  let bus: EventBus;
  let base: string;
  let management: string;
  let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
  let fcm: Awaited<ReturnType<typeof startFcmRecorder>>;
  const announced: CloudEvent[] = [];

  const publish = async (
    type: Parameters<typeof newEvent>[0]['type'],
    data: unknown,
  ): Promise<CloudEvent> => {
    const event = newEvent({
      type: type as string,
      source: '/services/test',
      subject: newId(),
      data,
      now: new Date(),
    });
    await bus.publish(event);
    return event;
  };
  const register = (userId: string, username: string) =>
    publish('user.registered.v1', {
      userId,
      email: `${userId}@example.org`,
      username,
      displayName: username,
      registeredAt: new Date().toISOString(),
    });
  const say = (channelId: string, senderId: string, text: string) =>
    publish('chat.message.created.v1', {
      messageId: `${channelId}:1`,
      channelId,
      seq: 1,
      senderId,
      text,
      attachments: [],
      mentions: [],
      createdAt: new Date().toISOString(),
    });
  const mailsTo = async (userId: string): Promise<SunkMail[]> => {
    const response = await fetch(`${SMTP_API_URL}/api/email`);
    const all = (await response.json()) as SunkMail[];
    return all.filter(({ to }) => to.some(({ address }) => address === `${userId}@example.org`));
  };
  const asUser = async (userId: string, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${base}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${await issuer.issue({ userId })}`,
        'content-type': 'application/json',
      },
    });

  const listOf = async (userId: string): Promise<NotificationList> =>
    notificationList.parse(await (await asUser(userId, '/api/v1/notifications')).json());

  beforeAll(async () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    [issuer, fcm] = await Promise.all([startTokenIssuer(), startFcmRecorder()]);
    const gateway = await startPresenceStandIn(key, online);
    const database = name.replaceAll('-', '_');
    mongo = await connectMongo({ url: MONGODB_URL ?? '', database });
    await migrateSchema(mongo.db);
    Object.assign(process.env, {
      HTTP_PORT: '0',
      MANAGEMENT_PORT: '0',
      PUBLIC_URL: 'https://chat.example.org/',
      JWKS_URL: issuer.jwksUrl,
      INTERNAL_TOKEN_KEY: key,
      GATEWAY_URL: gateway.url,
      MONGODB_DATABASE: database,
      MAIL_FROM: 'Chat <chat@example.org>',
      PUSH_ENABLED: 'true',
      PUSH_FCM_CREDENTIALS: JSON.stringify(fcm.credentials),
      PUSH_FCM_ENDPOINT: fcm.endpoint,
      PUSH_FCM_CA: fcm.ca,
      OFFLINE_GRACE_SECONDS: '1',
    });
    const started = await startNotification(
      { name, logger, onStop: (stop) => void stops.push(stop) },
      loadNotificationConfig(),
    );
    base = `http://127.0.0.1:${started.port}`;
    management = `http://127.0.0.1:${started.managementPort}`;
    bus = await connectEventBus({ url: AMQP_URL ?? '', service: `${name}-listener`, logger });
    await bus.consume({
      types: ['notification.delivered.v1'],
      handle: async (event) => void announced.push(event),
    });
    stops.unshift(
      () => void gateway.close(),
      () => issuer.close(),
      () => fcm.close(),
    );
  }, 30_000);

  afterAll(async () => {
    await bus.close();
    for (const stop of stops.reverse()) await stop();
    await mongo.db.dropDatabase();
    await mongo.close();
    const broker = await connect(AMQP_URL ?? '');
    const channel = await broker.createChannel();
    for (const owner of [name, `${name}-listener`]) {
      await channel.deleteQueue(`${owner}.events`);
      await channel.deleteQueue(`${owner}.dead`);
    }
    await broker.close();
  }, 30_000);

  it('is ready', async () => {
    const response = await fetch(`${management}/readyz`);
    expect([response.status, await response.json()]).toEqual([
      200,
      { ready: true, checks: { mongodb: 'ok', rabbitmq: 'ok' } },
    ]);
  });

  it('mails and pushes to the one who is offline, once, though the message comes first and twice', async () => {
    const [ada, bo, cy, channelId] = [newId(), newId(), newId(), newId()];
    online.add(cy);
    const device = await asUser(bo, '/api/v1/notifications/devices', {
      method: 'POST',
      body: JSON.stringify({ platform: 'fcm', token: `token-${bo}` }),
    });
    expect(device.status).toBe(201);
    fcm.answers.push(fcmError(429, 'QUOTA_EXCEEDED'));

    const message = await say(channelId, ada, 'the kettle is on');
    await publish('chat.channel.created.v1', {
      channelId,
      kind: 'group',
      name: 'Tea',
      createdBy: ada,
      memberIds: [ada, bo, cy],
      createdAt: new Date(Date.now() - 1000).toISOString(),
    });
    for (const [userId, username] of [
      [ada, 'ada'],
      [bo, 'bo'],
      [cy, 'cy'],
    ] as const)
      await register(userId, username);
    await bus.publish(message);

    await eventually(
      () => mailsTo(bo),
      ({ length }) => length > 0,
    );
    const [mail] = await mailsTo(bo);
    expect(mail?.subject).toBe('ada wrote in Tea');
    expect(mail?.text).toContain('the kettle is on');
    expect(mail?.text).toContain(`https://chat.example.org/channels/${channelId}`);

    const listed = await eventually(
      () => listOf(bo),
      ({ items }) => items[0]?.deliveries.every(({ status }) => status !== 'pending') ?? false,
      25_000,
    );
    expect(listed.items.map(({ kind, deliveries }) => [kind, deliveries])).toEqual([
      [
        'message',
        [
          { transport: 'email', status: 'delivered' },
          { transport: 'push', status: 'delivered' },
        ],
      ],
    ]);
    expect(mail?.headers['message-id']).toContain(listed.items[0]?.id);
    expect(fcm.recorded.filter(({ body }) => body.message['token'] === `token-${bo}`)).toHaveLength(2);
    const transports = (): string[] =>
      announced
        .map(({ data }) => data as { userId: string; transport: string })
        .filter(({ userId }) => userId === bo)
        .map(({ transport }) => transport)
        .sort();
    await eventually(transports, ({ length }) => length >= 2);
    expect(transports()).toEqual(['email', 'push']);
    expect(await mailsTo(bo)).toHaveLength(1);
    expect(await mailsTo(cy)).toEqual([]);
    expect(await mailsTo(ada)).toEqual([]);
  }, 45_000);

  it('forgets a device whose token is gone', async () => {
    const [ada, bo] = [newId(), newId()];
    await register(ada, 'ada');
    await register(bo, 'bo');
    await asUser(bo, '/api/v1/notifications/preferences', {
      method: 'PUT',
      body: JSON.stringify({ email: false, push: true }),
    });
    await asUser(bo, '/api/v1/notifications/devices', {
      method: 'POST',
      body: JSON.stringify({ platform: 'fcm', token: `gone-${bo}` }),
    });
    fcm.answers.push(fcmError(404, 'UNREGISTERED'));
    await publish('user.friendship-requested.v1', {
      requestId: newId(),
      requesterId: ada,
      addresseeId: bo,
    });
    const listed = await eventually(
      () => listOf(bo),
      ({ items }) => items[0]?.deliveries[0]?.status === 'failed',
    );
    const devices = await asUser(bo, '/api/v1/notifications/devices');
    expect(await devices.json()).toEqual({ items: [] });
    expect(listed.items).toMatchObject([
      {
        kind: 'friend-request',
        title: 'ada wants to be your friend',
        deliveries: [{ transport: 'push', status: 'failed' }],
      },
    ]);
    expect(await mailsTo(bo)).toEqual([]);
  });

  it('names the wrong field, and answers nobody without a token', async () => {
    const response = await asUser(newId(), '/api/v1/notifications/devices', {
      method: 'POST',
      body: JSON.stringify({ platform: 'pager', token: 'x' }),
    });
    expect(response.status).toBe(400);
    const problem = (await response.json()) as { errors: { field: string }[] };
    expect(problem.errors.map(({ field }) => field)).toEqual(['platform', 'token']);
    expect((await fetch(`${base}/api/v1/notifications`)).status).toBe(401);
    const other = await asUser(newId(), `/api/v1/notifications/devices/${newId()}`, { method: 'DELETE' });
    expect(other.status).toBe(404);
  });
});
