import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { media as mediaDto } from '@chatplatform/contracts/http/media';
import type { Media } from '@chatplatform/contracts/http/media';
import type { Problem } from '@chatplatform/contracts/problem';
import { createInternalTokens } from '@chatplatform/kit/access';
import { connectEventBus } from '@chatplatform/kit/events';
import type { EventBus } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { createLogger } from '@chatplatform/kit/logger';
import { connectMongo } from '@chatplatform/kit/mongo';
import type { MongoConnection } from '@chatplatform/kit/mongo';
import { startTokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { connect } from 'amqplib';
import sharp from 'sharp';
import { loadMediaConfig } from './config.ts';
import { migrateSchema } from './infrastructure/mongo-media-repository.ts';
import { createObjectStore } from './infrastructure/object-store.ts';
import { startMedia } from './media-service.ts';
import { INTERNAL_TOKEN_KEY, mediaSettings, missingStore } from './testing/media-settings.ts';

const { MONGODB_URL, AMQP_URL } = process.env;
const MAX_BYTES = 200_000;

describeWith(missingStore() ?? 'MONGODB_URL', 'the media service', () => {
  const name = `media-test-${newId().slice(-12)}`;
  const logger = createLogger({ service: name, level: 'silent' });
  const ownerId = newId();
  const stops: (() => Promise<void> | void)[] = [];
  const announced: CloudEvent[] = [];
  let mongo: MongoConnection;
  let bus: EventBus;
  let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
  /** Whom the chat service lets see what is not theirs; undefined: it is away. */
  let seenBy: ReadonlySet<string> | undefined = new Set();
  let base: string;
  let management: string;

  const picture = (width = 800, height = 400): Promise<Buffer> =>
    sharp({ create: { width, height, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
  const upload = async (body: Buffer, contentType = 'image/jpeg'): Promise<Response> =>
    fetch(`${base}/api/v1/media`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: {
        authorization: `Bearer ${await issuer.issue({ userId: ownerId })}`,
        'content-type': contentType,
      },
    });
  const uploaded = async (): Promise<Media> => mediaDto.parse(await (await upload(await picture())).json());

  beforeAll(async () => {
    issuer = await startTokenIssuer();
    const tokens = createInternalTokens({ key: INTERNAL_TOKEN_KEY, service: 'chat' });
    const chat = createServer((req, res) => {
      const asked = new URL(req.url ?? '', 'http://chat');
      const token = req.headers.authorization?.replace('Bearer ', '') ?? '';
      tokens.verify(token).then(
        () => {
          const allowed = seenBy?.has(asked.searchParams.get('userId') ?? '');
          res.writeHead(allowed === undefined ? 503 : 200, { 'content-type': 'application/json' });
          res.end(JSON.stringify({ allowed }));
        },
        () => res.writeHead(401).end(),
      );
    });
    await new Promise<void>((listening) => chat.listen(0, '127.0.0.1', listening));
    stops.push(() => void chat.close());
    const { port: chatPort } = chat.address() as AddressInfo;
    const chatUrl = `http://127.0.0.1:${chatPort}`;
    const settings = mediaSettings({ name, jwksUrl: issuer.jwksUrl, chatUrl, userUrl: chatUrl });
    Object.assign(process.env, settings, { MEDIA_MAX_BYTES: String(MAX_BYTES) });
    const config = loadMediaConfig();
    mongo = await connectMongo({ url: MONGODB_URL ?? '', database: settings.MONGODB_DATABASE });
    const started = await startMedia({ name, logger, onStop: (stop) => void stops.push(stop) }, config);
    base = `http://127.0.0.1:${started.port}`;
    management = `http://127.0.0.1:${started.managementPort}`;
    expect((await fetch(`${management}/readyz`)).status).toBe(503);
    await (await createObjectStore(config)).prepare();
    await migrateSchema(mongo.db);
    bus = await connectEventBus({ url: AMQP_URL ?? '', service: `${name}-listener`, logger });
    await bus.consume({
      types: ['media.uploaded.v1'],
      handle: async (event) => void announced.push(event),
    });
  }, 30_000);

  afterAll(async () => {
    await bus.close();
    for (const stop of stops.reverse()) await stop();
    issuer.close();
    await mongo.db.dropDatabase();
    await mongo.close();
    const broker = await connect(AMQP_URL ?? '');
    const channel = await broker.createChannel();
    await channel.deleteQueue(`${name}-listener.events`);
    await channel.deleteQueue(`${name}-listener.dead`);
    await broker.close();
  }, 30_000);

  it('is ready once the bucket and the schema are there', async () => {
    const response = await fetch(`${management}/readyz`);
    expect([response.status, await response.json()]).toEqual([
      200,
      { ready: true, checks: { mongodb: 'ok', objectStorage: 'ok', rabbitmq: 'ok' } },
    ]);
  });

  it('takes a picture whatever type is claimed, serves both sizes, and tells of it', async () => {
    const file = await picture(2000, 1000);
    const response = await upload(file, 'application/octet-stream');
    expect(response.status).toBe(201);
    const media = mediaDto.parse(await response.json());
    expect(response.headers.get('location')).toBe(`/api/v1/media/${media.id}`);
    expect(media.ownerId).toBe(ownerId);
    for (const [variant, width] of [
      [media.variants.display, 1600],
      [media.variants.thumbnail, 256],
    ] as const) {
      const served = await fetch(base + variant.url);
      const bytes = Buffer.from(await served.arrayBuffer());
      expect(served.status).toBe(200);
      expect(bytes).toHaveLength(variant.bytes);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width });
    }
    const told = await eventually(
      () => announced.filter(({ subject }) => subject === media.id),
      ({ length }) => length > 0,
    );
    expect(told.map(({ data }) => data)).toEqual([
      { mediaId: media.id, ownerId, contentType: 'image/jpeg', bytes: file.length },
    ]);
  });

  it('serves with headers that make a picture nothing but a picture', async () => {
    const { variants, id } = await uploaded();
    const served = await fetch(base + variants.display.url);
    await served.arrayBuffer();
    expect(Object.fromEntries(served.headers)).toMatchObject({
      'content-type': 'image/webp',
      'content-length': String(variants.display.bytes),
      'content-disposition': `inline; filename="${id}.webp"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': expect.stringMatching(/^private, max-age=\d+, immutable$/),
    });
    const head = await fetch(base + variants.display.url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(variants.display.bytes)]);
  });

  it('gives a medium to its owner, and to those whom the chat service lets see it', async () => {
    const media = await uploaded();
    const ask = async (userId: string) =>
      fetch(`${base}/api/v1/media/${media.id}`, {
        headers: { authorization: `Bearer ${await issuer.issue({ userId })}` },
      });
    const [friend, stranger] = [newId(), newId()];
    seenBy = new Set([friend]);
    expect(mediaDto.parse(await (await ask(friend)).json())).toMatchObject({ id: media.id, ownerId });
    expect((await ask(stranger)).status).toBe(404);
    seenBy = undefined;
    const unknown = await ask(friend);
    expect([unknown.status, ((await unknown.json()) as Problem).code]).toEqual([503, 'media.access-unknown']);
    expect((await ask(ownerId)).status).toBe(200);
  });

  it('knows no other ids, and nobody without a token', async () => {
    const media = await uploaded();
    const owner = { authorization: `Bearer ${await issuer.issue({ userId: ownerId })}` };
    expect((await fetch(`${base}/api/v1/media/${newId()}`, { headers: owner })).status).toBe(404);
    expect((await fetch(`${base}/api/v1/media/not-an-id`, { headers: owner })).status).toBe(400);
    expect((await fetch(`${base}/api/v1/media/${media.id}`)).status).toBe(401);
    expect((await fetch(`${base}/api/v1/media`, { method: 'POST', body: 'x' })).status).toBe(401);
  });

  it('refuses an address it did not give out', async () => {
    const { variants } = await uploaded();
    const code = async (path: string): Promise<[number, string]> => {
      const response = await fetch(base + path);
      return [response.status, ((await response.json()) as Problem).code];
    };
    expect(await code(variants.display.url.replace('/display', '/thumbnail'))).toEqual([
      403,
      'media.link-invalid',
    ]);
    expect(await code(variants.display.url.replace(/expires=\d/, 'expires=9'))).toEqual([
      403,
      'media.link-invalid',
    ]);
    expect(await code(variants.display.url.replace('/display', '/original'))).toEqual([
      404,
      'media.not-found',
    ]);
    expect(await code(variants.display.url.split('?')[0] ?? '')).toEqual([400, 'request.invalid']);
  });

  it.each<[string, () => Promise<Buffer> | Buffer, number, string]>([
    ['a file that is too large', () => Buffer.alloc(MAX_BYTES + 1), 413, 'media.too-large'],
    [
      'a file that is no picture',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      415,
      'media.unsupported-type',
    ],
    ['half a picture', async () => (await picture()).subarray(0, 700), 400, 'media.damaged'],
    ['nothing', () => Buffer.alloc(0), 400, 'media.empty'],
  ])('refuses %s with a problem that says what to do', async (_what, file, status, code) => {
    const response = await upload(await file());
    const problem = (await response.json()) as Problem;
    expect([response.status, problem.status, problem.code]).toEqual([status, status, code]);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(problem.detail).toMatch(/send/i);
  });

  it('answers a body of unknown length that grows too large, and lives on', async () => {
    const token = await issuer.issue({ userId: ownerId });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(
        `${base}/api/v1/media`,
        { method: 'POST', headers: { authorization: `Bearer ${token}`, 'transfer-encoding': 'chunked' } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      outgoing.on('error', reject);
      for (let part = 0; part < 6; part += 1) outgoing.write(Buffer.alloc(MAX_BYTES / 3));
      outgoing.end();
    });
    expect(status).toBe(413);
    expect((await upload(await picture())).status).toBe(201);
  });
});
