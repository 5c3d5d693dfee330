import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SHOWN_MEDIA_PATH, shownMediaRequest } from '@chatplatform/contracts/http/internal';
import { media as mediaDto } from '@chatplatform/contracts/http/media';
import type { Media } from '@chatplatform/contracts/http/media';
import { createInternalTokens } from '@chatplatform/kit/access';
import { newId } from '@chatplatform/kit/ids';
import { createLogger } from '@chatplatform/kit/logger';
import { connectMongo } from '@chatplatform/kit/mongo';
import type { MongoConnection } from '@chatplatform/kit/mongo';
import { startTokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import sharp from 'sharp';
import { loadMediaConfig } from './config.ts';
import { VARIANT_NAMES, objectKey } from './core/domain/media.ts';
import type { ObjectStore } from './core/ports/object-store.ts';
import { migrateSchema } from './infrastructure/mongo-media-repository.ts';
import { createObjectStore } from './infrastructure/object-store.ts';
import { startMedia } from './media-service.ts';
import { INTERNAL_TOKEN_KEY, mediaSettings, missingStore } from './testing/media-settings.ts';

/** Plays a service that shows media to people. */
async function startShowing(service: string) {
  const tokens = createInternalTokens({ key: INTERNAL_TOKEN_KEY, service });
  const shown = new Set<string>();
  const state = { shown, isAway: false, asked: 0 };
  const server = createServer((req, res) => {
    const answer = async (): Promise<void> => {
      await tokens.verify(req.headers.authorization?.replace('Bearer ', '') ?? '');
      const { mediaIds } = shownMediaRequest.parse(JSON.parse(await text(req)));
      state.asked += 1;
      res.writeHead(state.isAway || req.url !== SHOWN_MEDIA_PATH ? 503 : 200);
      res.end(JSON.stringify({ shown: mediaIds.filter((id) => shown.has(id)) }));
    };
    answer().catch(() => res.writeHead(401).end());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { state, url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

describeWith(missingStore() ?? 'MONGODB_URL', 'pictures that are older than asked', () => {
  const name = `media-test-${newId().slice(-12)}`;
  const logger = createLogger({ service: name, level: 'silent' });
  const stops: (() => Promise<void> | void)[] = [];
  const ownerId = newId();
  let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
  let chat: Awaited<ReturnType<typeof startShowing>>;
  let user: Awaited<ReturnType<typeof startShowing>>;
  let mongo: MongoConnection;
  let objects: ObjectStore;
  let base: string;

  beforeAll(async () => {
    [issuer, chat, user] = [await startTokenIssuer(), await startShowing('chat'), await startShowing('user')];
    const [chatUrl, userUrl] = [chat.url, user.url];
    const settings = mediaSettings({ name, jwksUrl: issuer.jwksUrl, chatUrl, userUrl });
    const expiry = { MEDIA_MAX_AGE_SECONDS: '1', MEDIA_EXPIRY_INTERVAL_SECONDS: '1' };
    Object.assign(process.env, settings, expiry);
    const config = loadMediaConfig();
    const url = process.env['MONGODB_URL'] ?? '';
    mongo = await connectMongo({ url, database: settings.MONGODB_DATABASE });
    objects = await createObjectStore(config);
    await objects.prepare();
    await migrateSchema(mongo.db);
    const { port } = await startMedia({ name, logger, onStop: (stop) => void stops.push(stop) }, config);
    base = `http://127.0.0.1:${port}`;
  }, 30_000);

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    for (const { close } of [chat, user, issuer]) close();
    await mongo.db.dropDatabase();
    await mongo.close();
  }, 30_000);

  const asOwner = async () => ({ authorization: `Bearer ${await issuer.issue({ userId: ownerId })}` });

  async function upload(): Promise<Media> {
    const body = await sharp({ create: { width: 40, height: 40, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    const response = await fetch(`${base}/api/v1/media`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { ...(await asOwner()), 'content-type': 'image/png' },
    });
    return mediaDto.parse(await response.json());
  }

  async function statusesOf({ id, variants }: Media): Promise<number[]> {
    const described = await fetch(`${base}/api/v1/media/${id}`, { headers: await asOwner() });
    const served = await fetch(`${base}${variants.display.url}`);
    await Promise.all([described.arrayBuffer(), served.arrayBuffer()]);
    return [described.status, served.status];
  }

  const storedOf = async ({ id }: Media) =>
    (await Promise.all(VARIANT_NAMES.map((variant) => objects.get(objectKey(id, variant))))).filter(
      (object) => {
        object?.stream.destroy();
        return object !== null;
      },
    ).length;

  it('go once no message and no profile shows them, and not while that cannot be told', async () => {
    chat.state.isAway = true;
    const [sent, worn, unused] = [await upload(), await upload(), await upload()];
    chat.state.shown.add(sent.id);
    user.state.shown.add(worn.id);
    // Two runs at least in which all three are old enough, and the chat service does not answer.
    const asked = chat.state.asked;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await eventually(
      () => chat.state.asked,
      (count) => count >= asked + 3,
    );
    for (const media of [sent, worn, unused]) expect(await statusesOf(media)).toEqual([200, 200]);

    chat.state.isAway = false;
    await eventually(
      () => statusesOf(unused),
      (statuses) => statuses.join() === '404,404',
    );
    expect(await Promise.all([sent, worn, unused].map(storedOf))).toEqual([2, 2, 0]);
    for (const media of [sent, worn]) expect(await statusesOf(media)).toEqual([200, 200]);

    // The message is deleted, the profile takes another picture.
    chat.state.shown.clear();
    user.state.shown.clear();
    for (const media of [sent, worn])
      await eventually(
        () => statusesOf(media),
        (statuses) => statuses.join() === '404,404',
      );
    expect(await Promise.all([sent, worn].map(storedOf))).toEqual([0, 0]);
  }, 60_000);
});
