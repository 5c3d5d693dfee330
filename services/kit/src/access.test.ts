import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { GenerateKeyPairResult, JWTPayload } from 'jose';
import {
  createInternalTokens,
  createTokenVerifier,
  principalOf,
  requireInternal,
  requireRole,
  requireUser,
} from './access.ts';
import type { TokenVerifier } from './access.ts';
import { createApp, listen } from './http.ts';
import type { HttpServer } from './http.ts';
import { createLogger } from './logger.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const key = Buffer.alloc(32, 7).toString('base64');
const claims = { sub: 'u-1', sid: 's-1', username: 'ada', roles: ['user'] };

describe('access tokens', () => {
  let issuer: HttpServer;
  let api: HttpServer;
  let verifier: TokenVerifier;
  let privateKey: GenerateKeyPairResult['privateKey'];
  const sign = (
    payload: JWTPayload,
    { by = privateKey, kid = 'k1', ttl = '5m', aud = 'chat', iss = 'issuer' } = {},
  ) =>
    new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuer(iss)
      .setAudience(aud)
      .setIssuedAt()
      .setExpirationTime(ttl)
      .sign(by);
  const call = (path: string, authorization?: string) =>
    fetch(
      `http://127.0.0.1:${api.port}${path}`,
      authorization === undefined ? {} : { headers: { authorization } },
    );

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    ({ privateKey } = pair);
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' };
    issuer = await listen(
      createApp({ logger, routes: (app) => app.get('/jwks', (_req, res) => void res.json({ keys: [jwk] })) }),
      0,
    );
    verifier = createTokenVerifier({
      jwksUrl: `http://127.0.0.1:${issuer.port}/jwks`,
      issuer: 'issuer',
      audience: 'chat',
    });
    api = await listen(
      createApp({
        logger,
        routes: (app) => {
          app.get('/me', requireUser(verifier), (req, res) => void res.json(principalOf(req)));
          app.get('/admin', requireUser(verifier), requireRole('admin'), (_req, res) => void res.send('ok'));
          app.get('/open', (req, res) => void res.json(principalOf(req)));
          app.get(
            '/internal',
            requireInternal(createInternalTokens({ key, service: 'api' })),
            (_req, res) => void res.send('ok'),
          );
        },
      }),
      0,
    );
  });
  afterAll(() => Promise.all([issuer.close(), api.close()]));

  test('tell who calls', async () => {
    const answer = await call('/me', `Bearer ${await sign(claims)}`);
    expect(await answer.json()).toMatchObject({
      userId: 'u-1',
      sessionId: 's-1',
      username: 'ada',
      roles: ['user'],
    });
    expect((await verifier.verify(await sign(claims))).expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  test.each([
    ['none at all', async () => undefined, 'token.missing'],
    ['another scheme', async () => 'Basic abc', 'token.missing'],
    ['garbage', async () => 'Bearer garbage', 'token.invalid'],
    ['an expired one', async () => `Bearer ${await sign(claims, { ttl: '-1s' })}`, 'token.expired'],
    [
      'one for another audience',
      async () => `Bearer ${await sign(claims, { aud: 'other' })}`,
      'token.invalid',
    ],
    ['one of another issuer', async () => `Bearer ${await sign(claims, { iss: 'other' })}`, 'token.invalid'],
    [
      'one without a session',
      async () => `Bearer ${await sign({ ...claims, sid: undefined })}`,
      'token.invalid',
    ],
    ['an unknown key', async () => `Bearer ${await sign(claims, { kid: 'k2' })}`, 'token.invalid'],
    [
      'a forged signature',
      async () => `Bearer ${await sign(claims, { by: (await generateKeyPair('ES256')).privateKey })}`,
      'token.invalid',
    ],
    [
      'the public key used as a secret',
      async () =>
        `Bearer ${await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(Buffer.alloc(32))}`,
      'token.invalid',
    ],
    [
      'no signature',
      async () => `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`,
      'token.invalid',
    ],
  ])('refuse %s', async (_name, authorization, code) => {
    const answer = await call('/me', await authorization());
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, code]);
  });

  test('that were checked before are refused as soon as they expire, or their session ends', async () => {
    const ended = new Set<string>();
    let now = new Date();
    const { port } = issuer;
    const again = createTokenVerifier({
      jwksUrl: `http://127.0.0.1:${port}/jwks`,
      issuer: 'issuer',
      audience: 'chat',
      revoked: ended,
      clock: { now: () => now },
    });
    const [token, other] = [await sign(claims), await sign({ ...claims, sid: 's-2' })];
    for (const each of [token, other, token, other])
      expect(await again.verify(each)).toMatchObject({ userId: 'u-1' });
    ended.add('s-1');
    await expect(again.verify(token)).rejects.toMatchObject({ code: 'session.ended' });
    now = new Date(now.getTime() + 5 * 60_000);
    await expect(again.verify(other)).rejects.toMatchObject({ code: 'token.expired' });
  });

  test('are not believed once their session has ended', async () => {
    const { port } = issuer;
    const strict = createTokenVerifier({
      jwksUrl: `http://127.0.0.1:${port}/jwks`,
      issuer: 'issuer',
      audience: 'chat',
      revoked: { has: (sessionId) => sessionId === 's-1' },
    });
    await expect(strict.verify(await sign(claims))).rejects.toMatchObject({
      kind: 'unauthenticated',
      code: 'session.ended',
    });
    await expect(strict.verify(await sign({ ...claims, sid: 's-2' }))).resolves.toMatchObject({
      sessionId: 's-2',
    });
  });

  test('are no better than their roles', async () => {
    expect((await call('/admin', `Bearer ${await sign(claims)}`)).status).toBe(403);
    expect((await call('/admin', `Bearer ${await sign({ ...claims, roles: ['admin'] })}`)).status).toBe(200);
  });

  test('that cannot be checked are not refused for ever: 503', async () => {
    const blind = createTokenVerifier({
      jwksUrl: 'http://127.0.0.1:1/jwks',
      issuer: 'issuer',
      audience: 'chat',
    });
    await expect(blind.verify(await sign(claims))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('a route that forgot its guard fails closed', async () => {
    expect((await call('/open', `Bearer ${await sign(claims)}`)).status).toBe(500);
  });

  test('internal tokens work for the service they are for, and users have none', async () => {
    const caller = createInternalTokens({ key, service: 'caller' });
    expect((await call('/internal', `Bearer ${await caller.mint('api')}`)).status).toBe(200);
    expect((await call('/internal', `Bearer ${await caller.mint('other')}`)).status).toBe(401);
    expect((await call('/internal', `Bearer ${await sign(claims, { aud: 'api' })}`)).status).toBe(401);
    const stranger = createInternalTokens({ key: Buffer.alloc(32, 8).toString('base64'), service: 'caller' });
    expect((await call('/internal', `Bearer ${await stranger.mint('api')}`)).status).toBe(401);
    const api2 = createInternalTokens({ key, service: 'api' });
    expect(await api2.verify(await caller.mint('api'))).toEqual({ caller: 'caller' });
  });

  test('internal tokens are believed by any key that is kept, and made by the first', async () => {
    const next = Buffer.alloc(32, 9).toString('base64');
    const believed = async (maker: string, reader: string) => {
      const token = await createInternalTokens({ key: maker, service: 'caller' }).mint('api');
      return createInternalTokens({ key: reader, service: 'api' })
        .verify(token)
        .then(
          () => true,
          () => false,
        );
    };
    expect(await believed(`${key} ${next}`, key)).toBe(true);
    expect(await believed(`${next} ${key}`, `${key} ${next}`)).toBe(true);
    expect(await believed(key, `${next} ${key}`)).toBe(true);
    expect(await believed(`${next} ${key}`, key)).toBe(false);
    expect(await believed(key, next)).toBe(false);
  });

  test('internal tokens refuse a short key and a long life', async () => {
    expect(() => createInternalTokens({ key: 'c2hvcnQ=', service: 'a' })).toThrow('32 bytes');
    const longLived = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('caller')
      .setAudience('api')
      .setIssuedAt(Math.floor(Date.now() / 1000) - 120)
      .setExpirationTime('1h')
      .sign(Buffer.from(key, 'base64'));
    await expect(createInternalTokens({ key, service: 'api' }).verify(longLived)).rejects.toMatchObject({
      kind: 'unauthenticated',
    });
  });
});
