import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { friendRequest, friendRequestList, profile, profileList } from '@chatplatform/contracts/http/user';
import { problem } from '@chatplatform/contracts/problem';
import { newId } from '@chatplatform/kit/ids';
import { createCore } from '../testing/fakes.ts';
import { startUserApp, tokenOf } from '../testing/http.ts';
import type { Answer, Send } from '@chatplatform/kit/testing/http-client';

describe('the HTTP interface of user', () => {
  const core = createCore();
  let send: Send;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ send, close } = await startUserApp(core.dependencies));
  });
  afterAll(() => close());

  const join = async (username: string) => {
    const { id } = await core.register(username);
    return {
      id,
      send: (method: string, path: string, json?: unknown) =>
        send(method, path, { json, token: tokenOf(id) }),
    };
  };
  const expectProblem = (answer: Answer, status: number, code: string) => {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
    return problem.parse(answer.body);
  };

  it('shows and changes one’s own profile', async () => {
    const ada = await join('ada');
    const shown = await ada.send('GET', '/api/v1/users/me');
    expect(profile.strict().parse(shown.body)).toMatchObject({ id: ada.id, username: 'ada', bio: '' });
    expect(shown.headers.get('cache-control')).toBe('no-store');
    const changed = await ada.send('PATCH', '/api/v1/users/me', { displayName: ' Countess ', bio: 'Notes' });
    expect(changed).toMatchObject({ status: 200, body: { displayName: 'Countess', bio: 'Notes' } });
    expect((await ada.send('GET', `/api/v1/users/${ada.id}`)).body).toEqual(changed.body);
  });

  it('says when the profile is not there yet, and when to come back', async () => {
    const token = tokenOf(newId());
    const answer = await send('GET', '/api/v1/users/me', { token });
    expect(expectProblem(answer, 404, 'profile-pending').retryAfterSeconds).toBe(1);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await send('GET', '/api/v1/friends', { token })).body).toEqual({ items: [] });
    expect((await send('GET', '/api/v1/users?query=a', { token })).status).toBe(200);
  });

  it('searches', async () => {
    const grace = await join('grace');
    const found = profileList.parse((await grace.send('GET', '/api/v1/users?query=GRA&limit=5')).body);
    expect(found.items.map(({ id }) => id)).toEqual([grace.id]);
  });

  it('makes friends: ask, list, accept, list', async () => {
    const [hedy, joan] = [await join('hedy'), await join('joan')];
    const asked = await hedy.send('POST', '/api/v1/friends/requests', { userId: joan.id });
    expect(asked.status).toBe(201);
    const request = friendRequest.strict().parse(asked.body);
    expect(await hedy.send('POST', '/api/v1/friends/requests', { userId: joan.id })).toMatchObject({
      status: 200,
      body: request,
    });
    const waiting = await joan.send('GET', '/api/v1/friends/requests');
    expect(friendRequestList.parse(waiting.body).items).toEqual([request]);
    const accepted = await joan.send('POST', `/api/v1/friends/requests/${request.id}/accept`);
    expect(accepted).toMatchObject({ status: 200, body: { ...request, status: 'accepted' } });
    const friends = profileList.parse((await hedy.send('GET', '/api/v1/friends')).body);
    expect(friends.items.map(({ username }) => username)).toEqual(['joan']);
    expect((await joan.send('GET', '/api/v1/friends/requests')).body).toEqual({ items: [] });
  });

  it('declines', async () => {
    const [mary, annie] = [await join('mary'), await join('annie')];
    const { id } = friendRequest.parse(
      (await mary.send('POST', '/api/v1/friends/requests', { userId: annie.id })).body,
    );
    expectProblem(
      await mary.send('POST', `/api/v1/friends/requests/${id}/decline`),
      403,
      'friend-request.not-yours',
    );
    expect(await annie.send('POST', `/api/v1/friends/requests/${id}/decline`)).toMatchObject({
      body: { status: 'declined' },
    });
    expectProblem(
      await annie.send('POST', `/api/v1/friends/requests/${id}/accept`),
      409,
      'friend-request.answered',
    );
  });

  it.each([
    ['PATCH', '/api/v1/users/me', { displayName: '' }, 'displayName'],
    ['PATCH', '/api/v1/users/me', { bio: 'x'.repeat(501) }, 'bio'],
    ['PATCH', '/api/v1/users/me', { avatarMediaId: 'not-an-id' }, 'avatarMediaId'],
    ['PATCH', '/api/v1/users/me', { username: 'other' }, '(body)'],
    ['POST', '/api/v1/friends/requests', { userId: 7 }, 'userId'],
    ['POST', '/api/v1/friends/requests', undefined, '(body)'],
    ['POST', '/api/v1/friends/requests/nonsense/accept', undefined, 'id'],
    ['GET', '/api/v1/users/nonsense', undefined, 'id'],
    ['GET', '/api/v1/users', undefined, 'query'],
    ['GET', '/api/v1/users?query=a&limit=51', undefined, 'limit'],
    ['GET', '/api/v1/users?query=a&query=b', undefined, 'query'],
  ])('%s %s with %j names the field %s', async (method, path, json, field) => {
    const someone = await join(`x-${newId()}`);
    const { errors } = expectProblem(await someone.send(method, path, json), 400, 'request.invalid');
    expect(errors?.map((each) => each.field)).toContain(field);
  });

  it('refuses to befriend oneself or nobody', async () => {
    const radia = await join('radia');
    const own = await radia.send('POST', '/api/v1/friends/requests', { userId: radia.id });
    expect(expectProblem(own, 400, 'friend-request.to-oneself').errors).toMatchObject([{ field: 'userId' }]);
    const nobody = await radia.send('POST', '/api/v1/friends/requests', { userId: newId() });
    expectProblem(nobody, 404, 'user.not-found');
    expectProblem(await radia.send('GET', `/api/v1/users/${newId()}`), 404, 'user.not-found');
  });

  it.each(['/api/v1/users/me', '/api/v1/users?query=a', '/api/v1/friends', '/api/v1/friends/requests'])(
    'asks for a token at %s',
    async (path) => {
      expectProblem(await send('GET', path), 401, 'token.missing');
      expectProblem(await send('GET', path, { token: 'forged' }), 401, 'token.invalid');
    },
  );
});
