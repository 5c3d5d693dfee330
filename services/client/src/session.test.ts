import { describe, expect, test } from '@jest/globals';
import { RequestFailed } from './core/failure.ts';
import { inMemory } from './edge/keeping.ts';
import { createSession, SessionEnded } from './session.ts';
import { problem } from './testing/fake-platform.ts';
import { virtualClock } from './testing/virtual-clock.ts';

const account = {
  id: 'u',
  email: 'a@b.example',
  username: 'ada',
  displayName: 'Ada',
  roles: [],
  createdAt: '',
};

/** An auth service that hands out numbered tokens, each refresh token good for one use, and knows the last access token. */
const setUp = () => {
  let issued = 0;
  const requests: { path: string; authorization: string | null; body: unknown }[] = [];
  let fail: (path: string) => Response | Error | undefined = () => undefined;
  const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
  const tokens = () => {
    issued += 1;
    return json(200, {
      accessToken: `access-${issued}`,
      refreshToken: `refresh-${issued}`,
      expiresInSeconds: 600,
      account,
    });
  };
  const answer = (path: string, authorization: string | null, body: { refreshToken?: string }) => {
    if (path === '/api/v1/auth/login') return tokens();
    if (path === '/api/v1/auth/refresh')
      return body.refreshToken === `refresh-${issued}` ? tokens() : json(401, problem(401));
    return authorization === `Bearer access-${issued}` ? json(200, { path }) : json(401, problem(401));
  };
  const fetch = async (input: string | URL | Request, init: RequestInit = {}) => {
    const path = new URL(String(input)).pathname;
    const authorization = new Headers(init.headers).get('authorization');
    const body = init.body === undefined ? {} : JSON.parse(String(init.body));
    requests.push({ path, authorization, body });
    const failure = fail(path);
    if (failure instanceof Error) throw failure;
    return failure ?? answer(path, authorization, body);
  };
  const clock = virtualClock();
  const keeper = inMemory<string>();
  const start = () => createSession({ url: 'http://chat.example', fetch, clock, keeper });
  return {
    start,
    clock,
    keeper,
    requests,
    revoke: () => void (issued += 100),
    fail: (next: typeof fail) => void (fail = next),
  };
};
const credentials = { login: 'ada', password: 'a long password' };

describe('a session', () => {
  test('renews its token shortly before it ends, once for all who ask', async () => {
    const { start, clock, requests } = setUp();
    const session = start();
    await session.logIn(credentials);
    expect((await session.accessToken()).token).toBe('access-1');
    await clock.pass(571_000);
    const given = await Promise.all([session.accessToken(), session.accessToken(), session.accessToken()]);
    expect(given.map(({ token }) => token)).toEqual(['access-2', 'access-2', 'access-2']);
    expect(requests.filter(({ path }) => path.endsWith('/refresh'))).toHaveLength(1);
  });

  test('outlives the program by its kept refresh token', async () => {
    const { start } = setUp();
    await start().logIn(credentials);
    const again = start();
    expect(again.account()).toBeUndefined();
    expect(await again.restore()).toBe(true);
    expect(again.account()).toEqual(account);
  });

  test('ends when its refresh token is refused, and says so', async () => {
    const { start, revoke, keeper } = setUp();
    const session = start();
    await session.logIn(credentials);
    revoke();
    let told = 0;
    session.subscribe(() => (told += 1));
    await expect(session.request({ method: 'GET', path: '/api/v1/channels' })).rejects.toThrow(SessionEnded);
    expect([session.account(), keeper.load(), told]).toEqual([undefined, undefined, 1]);
  });

  test.each([
    ['does not answer', () => new TypeError('fetch failed'), 'lost'],
    ['is away', () => new Response('<html>', { status: 502 }), 'later'],
  ])('does not end when the auth service %s', async (_title, failure, kind) => {
    const { start, clock, fail } = setUp();
    const session = start();
    await session.logIn(credentials);
    await clock.pass(600_000);
    fail((path) => (path.endsWith('/refresh') ? failure() : undefined));
    await expect(session.accessToken()).rejects.toMatchObject({ failure: { kind } });
    fail(() => undefined);
    expect((await session.accessToken()).token).toBe('access-2');
  });

  test('asks again with a fresh token when the one it has is not taken', async () => {
    const { start, requests } = setUp();
    const session = start();
    await session.logIn(credentials);
    const other = start();
    await other.restore();
    // The other one holds the newest access token now; this one's is refused, and its refresh token is kept.
    expect(await session.request({ method: 'GET', path: '/api/v1/channels' })).toEqual({
      path: '/api/v1/channels',
    });
    expect(requests.map(({ authorization }) => authorization)).toEqual([
      null,
      null,
      'Bearer access-1',
      null,
      'Bearer access-3',
    ]);
  });
});

test('a refusal is an error for people, with the problem for programs', async () => {
  const { start, fail } = setUp();
  const body = problem(409, { errors: [{ field: 'username', message: 'is taken' }] });
  fail(() => new Response(JSON.stringify(body), { status: 409 }));
  const failed = await start()
    .register({ email: 'a@b.example', username: 'ada', displayName: 'Ada', password: 'a long password' })
    .catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(RequestFailed);
  expect(failed).toMatchObject({
    message: 'username: is taken',
    failure: { kind: 'refused', problem: body },
  });
});
