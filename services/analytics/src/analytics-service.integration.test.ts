import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { dailyFigures, series } from '@chatplatform/contracts/http/analytics';
import type { DailyFigures, Series } from '@chatplatform/contracts/http/analytics';
import { connectEventBus, newEvent } from '@chatplatform/kit/events';
import type { CloudEvent, EventBus } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { createLogger } from '@chatplatform/kit/logger';
import { migrate } from '@chatplatform/kit/postgres';
import { startTokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import type { TokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { openSchema } from '@chatplatform/kit/testing/postgres-schema';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { connect } from 'amqplib';
import { startAnalytics } from './analytics-service.ts';
import { loadAnalyticsConfig } from './config.ts';
import { migrations } from './infrastructure/postgres-figures.ts';
import { LOGIN_SETTINGS, openBucket } from './testing/influx.ts';

const { AMQP_URL = '', POSTGRES_URL = '' } = process.env;
const complete = AMQP_URL !== '' && POSTGRES_URL !== '';
const needed = complete ? 'INFLUX_URL' : AMQP_URL === '' ? 'AMQP_URL' : 'POSTGRES_URL';

describeWith(needed, 'the analytics service', () => {
  const name = `analytics-test-${newId().slice(-12)}`;
  const logger = createLogger({ service: name, level: 'silent' });
  const stops: (() => Promise<void> | void)[] = [];
  let schema: Awaited<ReturnType<typeof openSchema>>;
  let bus: EventBus;
  let base: string;
  let management: string;
  let issuer: TokenIssuer;

  beforeAll(async () => {
    issuer = await startTokenIssuer();
    schema = await openSchema(POSTGRES_URL);
    const { options } = await openBucket(process.env['INFLUX_URL'] ?? '');
    Object.assign(process.env, {
      HTTP_PORT: '0',
      MANAGEMENT_PORT: '0',
      PUBLIC_URL: 'https://chat.example.org',
      JWKS_URL: issuer.jwksUrl,
      INTERNAL_TOKEN_KEY: Buffer.alloc(32, 7).toString('base64'),
      POSTGRES_URL: schema.url,
      ...LOGIN_SETTINGS,
      INFLUX_ORG: options.org,
      INFLUX_BUCKET: options.bucket,
    });
    const started = await startAnalytics(
      { name, logger, onStop: (stop) => void stops.push(stop) },
      loadAnalyticsConfig(),
    );
    base = `http://127.0.0.1:${started.port}/api/v1/analytics`;
    management = `http://127.0.0.1:${started.managementPort}`;
    expect((await fetch(`${management}/readyz`)).status).toBe(503);
    await migrate(schema.pool, migrations);
    bus = await connectEventBus({ url: AMQP_URL, service: `${name}-publisher`, logger });
    stops.unshift(() => issuer.close());
  });

  afterAll(async () => {
    await bus.close();
    for (const stop of stops.reverse()) await stop();
    await schema.dispose();
    const broker = await connect(AMQP_URL);
    const channel = await broker.createChannel();
    await channel.deleteQueue(`${name}.events`);
    await channel.deleteQueue(`${name}.dead`);
    await broker.close();
  });

  const asAdmin = async (path: string): Promise<Response> =>
    fetch(`${base}${path}`, {
      headers: {
        authorization: `Bearer ${await issuer.issue({ userId: newId(), roles: ['user', 'admin'] })}`,
      },
    });
  /** Nobody else's test writes of this day. */
  const at = '2031-05-06T07:08:09.123Z';
  const day = '2031-05-06';
  const daily = async (): Promise<DailyFigures['items'][number] | undefined> =>
    dailyFigures.parse(await (await asAdmin(`/daily?from=${day}&to=${day}`)).json()).items[0];
  const message = (createdAt: string): CloudEvent => {
    const channelId = newId();
    return newEvent({
      type: 'chat.message.created.v1',
      source: '/services/test',
      subject: channelId,
      now: new Date(createdAt),
      data: {
        messageId: `${channelId}:1`,
        channelId,
        seq: 1,
        senderId: newId(),
        text: 'hi',
        attachments: [],
        mentions: [],
        createdAt,
      },
    });
  };

  it('is ready once the schema is there', async () => {
    const response = await fetch(`${management}/readyz`);
    expect([response.status, await response.json()]).toEqual([
      200,
      { ready: true, checks: { postgresql: 'ok', influxdb: 'ok', rabbitmq: 'ok' } },
    ]);
  });

  it('counts each event once in the daily figures, though all come twice', async () => {
    const others = [
      newEvent({
        type: 'user.registered.v1',
        source: '/services/test',
        subject: newId(),
        now: new Date(at),
        data: { userId: newId(), email: 'a@example.org', username: 'aa', displayName: 'A', registeredAt: at },
      }),
      newEvent({
        type: 'media.uploaded.v1',
        source: '/services/test',
        subject: newId(),
        now: new Date(at),
        data: { mediaId: newId(), ownerId: newId(), contentType: 'image/png', bytes: 1 },
      }),
      newEvent({
        type: 'chat.channel.created.v1',
        source: '/services/test',
        subject: newId(),
        now: new Date(at),
        data: {
          channelId: newId(),
          kind: 'group',
          name: 'g',
          createdBy: newId(),
          memberIds: [],
          createdAt: at,
        },
      }),
    ];
    const events = [...Array.from({ length: 300 }, () => message(at)), ...others];
    await Promise.all([...events, ...events].map((event) => bus.publish(event)));
    const marker = message('2031-05-07T00:00:00.000Z');
    await bus.publish(marker);
    await eventually(daily, (figures) => (figures?.messages ?? 0) >= 300 && (figures?.uploads ?? 0) >= 1);
    expect(await daily()).toEqual({
      day,
      messages: 300,
      activeSenders: 300,
      registrations: 1,
      channelsCreated: 1,
      uploads: 1,
    });
  });

  it('answers with a series of what has just happened', async () => {
    const now = new Date().toISOString();
    const events = Array.from({ length: 20 }, () => message(now));
    await Promise.all([...events, ...events].map((event) => bus.publish(event)));
    const read = async (): Promise<Series> =>
      series.parse(await (await asAdmin('/series?metric=messages&sinceMinutes=5&windowSeconds=60')).json());
    const total = (answer: Series): number => answer.points.reduce((sum, { count }) => sum + count, 0);
    await eventually(read, (answer) => total(answer) >= 20);
    const answer = await read();
    expect(answer.metric).toBe('messages');
    expect(answer.points.length).toBeGreaterThanOrEqual(5);
    expect(total(answer)).toBe(20);
  });

  it('answers administrators only, and names what is wrong', async () => {
    const ordinary = {
      headers: { authorization: `Bearer ${await issuer.issue({ userId: newId(), roles: ['user'] })}` },
    };
    expect((await fetch(`${base}/daily?from=${day}&to=${day}`, ordinary)).status).toBe(403);
    expect((await fetch(`${base}/daily?from=${day}&to=${day}`)).status).toBe(401);
    const fieldsOf = async (path: string): Promise<[number, string[]]> => {
      const response = await asAdmin(path);
      const problem = (await response.json()) as { errors: { field: string }[] };
      return [response.status, problem.errors.map(({ field }) => field)];
    };
    expect(await fieldsOf('/daily?from=yesterday&to=2031-05-06')).toEqual([400, ['from']]);
    expect(await fieldsOf('/daily?from=2031-05-07&to=2031-05-06')).toEqual([400, ['to']]);
    expect(await fieldsOf('/series?metric=secrets')).toEqual([400, ['metric']]);
    expect(await fieldsOf('/series?metric=messages&sinceMinutes=10080&windowSeconds=10')).toEqual([
      400,
      ['windowSeconds'],
    ]);
  });
});
