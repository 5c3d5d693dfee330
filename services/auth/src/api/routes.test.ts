import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { account, tokenResponse } from '@chatplatform/contracts/http/auth';
import { problem } from '@chatplatform/contracts/problem';
import { REVOKED_SESSIONS_PATH, revokedSessions } from '@chatplatform/contracts/http/internal';
import { createInternalTokens, createTokenVerifier } from '@chatplatform/kit/access';
import { PASSWORD } from '../testing/core.ts';
import { createHttpClient } from '@chatplatform/kit/testing/http-client';
import type { Answer, Send } from '@chatplatform/kit/testing/http-client';
import { decodeJwt } from 'jose';
import { INTERNAL_KEY, startAuthApp } from '../testing/http.ts';

const person = (username: string) => ({
  username,
  email: `${username}@example.org`,
  displayName: username,
  password: PASSWORD,
});

describe('the HTTP interface of auth', () => {
  let url: string;
  let send: Send;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const app = await startAuthApp();
    ({ url, close } = app);
    send = createHttpClient(url);
  });
  afterAll(() => close());

  const signIn = async (username: string) => {
    await send('POST', '/api/v1/auth/register', { json: person(username) });
    const answer = await send('POST', '/api/v1/auth/login', {
      json: { login: username, password: PASSWORD },
    });
    return tokenResponse.parse(answer.body);
  };
  const expectProblem = (answer: Answer, status: number, code: string) => {
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const parsed = problem.parse(answer.body);
    expect(parsed).toMatchObject({ status, code });
    return parsed;
  };

  it('registers, logs in, and tells who one is', async () => {
    const registered = await send('POST', '/api/v1/auth/register', { json: person('grace') });
    expect(registered.status).toBe(201);
    const created = account.strict().parse(registered.body);
    const loggedIn = await send('POST', '/api/v1/auth/login', {
      json: { login: 'Grace', password: PASSWORD },
    });
    expect(loggedIn.status).toBe(200);
    expect(loggedIn.headers.get('cache-control')).toBe('no-store');
    const tokens = tokenResponse.strict().parse(loggedIn.body);
    const me = await send('GET', '/api/v1/auth/me', { token: tokens.accessToken });
    expect(me).toMatchObject({ status: 200, body: created });
  });

  it('publishes the keys that other services verify with', async () => {
    const { accessToken, account: owner } = await signIn('keyes');
    const jwksUrl = `${url}/.well-known/jwks.json`;
    const verifier = createTokenVerifier({ jwksUrl, issuer: 'chatplatform', audience: 'chatplatform' });
    await expect(verifier.verify(accessToken)).resolves.toMatchObject({
      userId: owner.id,
      username: 'keyes',
    });
    const keys = await send('GET', '/.well-known/jwks.json');
    expect(keys.headers.get('cache-control')).toBe('public, max-age=300');
    expect(JSON.stringify(keys.body)).not.toContain('"d"');
  });

  it('rotates refresh tokens, and ends the session when one is used twice', async () => {
    const first = await signIn('hedy');
    const refresh = (refreshToken: string) =>
      send('POST', '/api/v1/auth/refresh', { json: { refreshToken } });
    const second = tokenResponse.parse((await refresh(first.refreshToken)).body);
    expect((await send('GET', '/api/v1/auth/me', { token: second.accessToken })).status).toBe(200);
    expectProblem(await refresh(first.refreshToken), 401, 'refresh.reused');
    expectProblem(await refresh(second.refreshToken), 401, 'session.ended');
    expectProblem(await send('GET', '/api/v1/auth/me', { token: second.accessToken }), 401, 'session.ended');
  });

  it('logs out, again and again', async () => {
    const { refreshToken, accessToken } = await signIn('joan');
    for (let times = 0; times < 2; times += 1) {
      expect(await send('POST', '/api/v1/auth/logout', { json: { refreshToken } })).toMatchObject({
        status: 204,
      });
    }
    expectProblem(await send('GET', '/api/v1/auth/me', { token: accessToken }), 401, 'session.ended');
  });

  it('ends all sessions, and tells services, and nobody else, which have ended', async () => {
    const [one, two] = [await signIn('sofia'), await signIn('sofia')];
    expect((await send('DELETE', '/api/v1/auth/sessions', { token: one.accessToken })).status).toBe(204);
    for (const { accessToken } of [one, two])
      expectProblem(
        await send('DELETE', '/api/v1/auth/sessions', { token: accessToken }),
        401,
        'session.ended',
      );
    const ended = (token?: string, query = '') => send('GET', `${REVOKED_SESSIONS_PATH}${query}`, { token });
    expect((await ended()).status).toBe(401);
    expect((await ended(one.accessToken)).status).toBe(401);
    const token = await createInternalTokens({ key: INTERNAL_KEY, service: 'gateway' }).mint('auth');
    const { items, nextSince } = revokedSessions.parse((await ended(token)).body);
    const sids = [one, two].map(({ accessToken }) => decodeJwt(accessToken)['sid']);
    expect(items.map(({ sessionId }) => sessionId)).toEqual(expect.arrayContaining(sids));
    expect(new Date(nextSince).getTime()).toBeLessThan(Date.now());
    expectProblem(await ended(token, '?since=yesterday'), 400, 'request.invalid');
  });

  it('answers a wrong password as it answers an unknown account', async () => {
    await signIn('mary');
    const wrong = await send('POST', '/api/v1/auth/login', { json: { login: 'mary', password: 'wrong' } });
    const unknown = await send('POST', '/api/v1/auth/login', { json: { login: 'marie', password: 'wrong' } });
    expectProblem(wrong, 401, 'credentials.wrong');
    expect(unknown.body).toEqual(wrong.body);
  });

  it.each([
    [{ ...person('x1'), email: 'nope' }, 'email'],
    [{ ...person('x1'), username: 'Not Allowed' }, 'username'],
    [{ ...person('x1'), password: 'short' }, 'password'],
    [{ ...person('x1'), password: 'password1234' }, 'password'],
    [{ ...person('x1'), displayName: '   ' }, 'displayName'],
    [{ username: 'x1' }, 'email'],
    [{ ...person('x1'), roles: ['admin'] }, '(body)'],
    [[], '(body)'],
  ])('names the wrong field of %j', async (json, field) => {
    const answer = await send('POST', '/api/v1/auth/register', { json });
    const { errors } = problem.parse(answer.body);
    expect(answer.status).toBe(400);
    expect(errors?.map((each) => each.field)).toContain(field);
    expect(errors?.every((each) => each.message.length > 0)).toBe(true);
  });

  it('names the field that is taken', async () => {
    await signIn('radia');
    const byName = { ...person('other'), username: 'radia' };
    const byEmail = { ...person('other'), email: 'RADIA@example.org' };
    const name = expectProblem(
      await send('POST', '/api/v1/auth/register', { json: byName }),
      409,
      'username.taken',
    );
    expect(name.errors).toMatchObject([{ field: 'username' }]);
    const email = expectProblem(
      await send('POST', '/api/v1/auth/register', { json: byEmail }),
      409,
      'email.taken',
    );
    expect(email.errors).toMatchObject([{ field: 'email' }]);
  });

  it('limits failed logins and says for how long', async () => {
    await signIn('annie');
    const attempt = () => send('POST', '/api/v1/auth/login', { json: { login: 'annie', password: 'wrong' } });
    const statuses = [];
    for (let tries = 0; tries < 11; tries += 1) statuses.push((await attempt()).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
    const refused = expectProblem(await attempt(), 429, 'login.throttled');
    expect(refused.retryAfterSeconds).toBeGreaterThan(0);
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(900);
  });

  it.each([
    ['malformed JSON', { raw: '{"login":' }, 400, 'JSON'],
    ['no body', {}, 400, 'not valid'],
    ['a body of another type', { json: 'text' }, 400, 'JSON'],
    ['a huge body', { json: { login: 'x'.repeat(300_000), password: 'y' } }, 413, '256 kB'],
  ])('refuses %s and says what is wrong with it', async (_name, options, status, detail) => {
    const answer = await send('POST', '/api/v1/auth/login', options);
    expect(answer.status).toBe(status);
    expect(problem.parse(answer.body)).toMatchObject({ status, detail: expect.stringContaining(detail) });
  });

  it.each([undefined, 'nonsense', 'eyJhbGciOiJub25lIn0.e30.'])(
    'lets nobody in with the token %s',
    async (token) => {
      expect((await send('GET', '/api/v1/auth/me', { token })).status).toBe(401);
    },
  );
});
