import { describe, expect, it } from '@jest/globals';
import { eventCatalogue } from '@chatplatform/contracts/events/catalogue';
import { cloudEvent } from '@chatplatform/contracts/events/envelope';
import fc from 'fast-check';
import { createCore } from '../../testing/fakes.ts';
import { pendingFriendRequests } from '../queries/pending-friend-requests.ts';
import { friendsOf, ownProfile, searchProfiles } from '../queries/profiles.ts';
import { answerFriendRequest } from './answer-friend-request.ts';
import { registerProfile } from './register-profile.ts';
import { requestFriendship } from './request-friendship.ts';
import { updateProfile } from './update-profile.ts';

const met = async () => {
  const core = createCore();
  const [ada, bob] = [await core.register('ada'), await core.register('bob')];
  const ask = (requesterId: string, addresseeId: string) =>
    requestFriendship({ requesterId, addresseeId }, core.dependencies);
  const answer = (actorId: string, requestId: string, answer: 'accepted' | 'declined') =>
    answerFriendRequest({ actorId, requestId, answer }, core.dependencies);
  const friends = async (userId: string) =>
    (await friendsOf(userId, core.dependencies)).map(({ username }) => username);
  const told = () => core.events.map(({ type }) => type);
  return { core, ada, bob, ask, answer, friends, told };
};

describe('registerProfile', () => {
  it('leaves a profile that is there as it is', async () => {
    const { core, ada } = await met();
    await updateProfile({ userId: ada.id, change: { displayName: 'Countess' } }, core.dependencies);
    const again = { userId: ada.id, username: 'ada', displayName: 'Ada', registeredAt: new Date() };
    await registerProfile(again, core.dependencies);
    await expect(ownProfile(ada.id, core.dependencies)).resolves.toMatchObject({ displayName: 'Countess' });
  });
});

describe('updateProfile', () => {
  it('tells of each change with its revision, and of no change nothing', async () => {
    const { core, ada } = await met();
    const update = (change: object) => updateProfile({ userId: ada.id, change }, core.dependencies);
    await update({ bio: 'first' });
    await update({ bio: 'first' });
    await update({ bio: 'second', displayName: 'A' });
    const data = core.events.map((event) =>
      eventCatalogue['user.profile-updated.v1'].parse(cloudEvent.parse(event).data),
    );
    expect(data.map(({ revision, displayName }) => [revision, displayName])).toEqual([
      [1, 'ada'],
      [2, 'A'],
    ]);
  });

  it('loses none of many changes at once, each of another field', async () => {
    const { core, ada } = await met();
    const changes = [{ bio: 'b' }, { displayName: 'd' }, { avatarMediaId: 'm' }];
    await Promise.all(changes.map((change) => updateProfile({ userId: ada.id, change }, core.dependencies)));
    await expect(ownProfile(ada.id, core.dependencies)).resolves.toMatchObject({
      bio: 'b',
      displayName: 'd',
      avatarMediaId: 'm',
      revision: 3,
    });
    expect(core.events.map(({ data }) => (data as { revision: number }).revision)).toEqual([1, 2, 3]);
  });

  it('asks for patience while the profile is being made', async () => {
    const { core } = await met();
    const pending = { kind: 'not-found', code: 'profile-pending', retryAfterSeconds: 1 };
    await expect(ownProfile('new', core.dependencies)).rejects.toMatchObject(pending);
    await expect(updateProfile({ userId: 'new', change: {} }, core.dependencies)).rejects.toMatchObject(
      pending,
    );
  });
});

describe('requestFriendship', () => {
  it('asks once, however often it is called', async () => {
    const { core, ada, bob, ask, told } = await met();
    const first = await ask(ada.id, bob.id);
    const second = await ask(ada.id, bob.id);
    expect(first).toMatchObject({ created: true, request: { status: 'pending' } });
    expect(second).toEqual({ created: false, request: first.request });
    expect(told()).toEqual(['user.friendship-requested.v1']);
    await expect(pendingFriendRequests(bob.id, core.dependencies)).resolves.toEqual([first.request]);
  });

  it('makes friends of two who ask each other', async () => {
    const { ada, bob, ask, friends, told } = await met();
    const { request } = await ask(ada.id, bob.id);
    await expect(ask(bob.id, ada.id)).resolves.toEqual({
      created: false,
      request: { ...request, status: 'accepted', revision: 1 },
    });
    expect([await friends(ada.id), await friends(bob.id)]).toEqual([['bob'], ['ada']]);
    expect(told()).toEqual(['user.friendship-requested.v1', 'user.friendship-accepted.v1']);
  });

  it('does so also when they ask at the same moment, once, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 2, maxLength: 6 }), async (directions) => {
        const { ada, bob, ask, friends, told } = await met();
        await Promise.allSettled(
          directions.map((forth) => (forth ? ask(ada.id, bob.id) : ask(bob.id, ada.id))),
        );
        const crossed = new Set(directions).size === 2;
        expect(await friends(ada.id)).toEqual(crossed ? ['bob'] : []);
        expect(told()).toEqual(
          crossed
            ? ['user.friendship-requested.v1', 'user.friendship-accepted.v1']
            : ['user.friendship-requested.v1'],
        );
      }),
      { numRuns: 40 },
    );
  });

  it('refuses oneself, strangers to the service, and friends', async () => {
    const { ada, bob, ask, answer } = await met();
    await expect(ask(ada.id, ada.id)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'friend-request.to-oneself',
      fields: [{ field: 'userId' }],
    });
    await expect(ask(ada.id, 'nobody')).rejects.toMatchObject({ kind: 'not-found', code: 'user.not-found' });
    const { request } = await ask(ada.id, bob.id);
    await answer(bob.id, request.id, 'accepted');
    await expect(ask(bob.id, ada.id)).rejects.toMatchObject({ kind: 'conflict', code: 'friendship.exists' });
  });

  it('works for one whose own profile is still being made', async () => {
    const { bob, ask } = await met();
    await expect(ask('just-registered', bob.id)).resolves.toMatchObject({ created: true });
  });
});

describe('answerFriendRequest', () => {
  it('accepts, and says so once', async () => {
    const { core, ada, bob, ask, answer, friends, told } = await met();
    const { request } = await ask(ada.id, bob.id);
    await answer(bob.id, request.id, 'accepted');
    await expect(answer(bob.id, request.id, 'accepted')).resolves.toMatchObject({ status: 'accepted' });
    expect(told()).toEqual(['user.friendship-requested.v1', 'user.friendship-accepted.v1']);
    expect(await friends(ada.id)).toEqual(['bob']);
    await expect(pendingFriendRequests(bob.id, core.dependencies)).resolves.toEqual([]);
    await expect(answer(bob.id, request.id, 'declined')).rejects.toMatchObject({
      code: 'friend-request.answered',
    });
  });

  it('declines silently, and lets ask again', async () => {
    const { ada, bob, ask, answer, friends, told } = await met();
    const { request } = await ask(ada.id, bob.id);
    await answer(bob.id, request.id, 'declined');
    expect(told()).toEqual(['user.friendship-requested.v1']);
    const again = await ask(ada.id, bob.id);
    expect(again).toMatchObject({ created: true, request: { status: 'pending' } });
    expect(again.request.id).not.toBe(request.id);
    await expect(answer(bob.id, request.id, 'accepted')).rejects.toMatchObject({
      code: 'friend-request.not-found',
    });
    await answer(bob.id, again.request.id, 'accepted');
    expect(await friends(bob.id)).toEqual(['ada']);
  });

  it('is for the one who was asked; a third person learns nothing', async () => {
    const { core, ada, bob, ask, answer } = await met();
    const eve = await core.register('eve');
    const { request } = await ask(ada.id, bob.id);
    await expect(answer(ada.id, request.id, 'accepted')).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(answer(eve.id, request.id, 'accepted')).rejects.toMatchObject({ kind: 'not-found' });
    await expect(answer(bob.id, 'no-such-request', 'accepted')).rejects.toMatchObject({ kind: 'not-found' });
    await expect(pendingFriendRequests(eve.id, core.dependencies)).resolves.toEqual([]);
  });
});

describe('searchProfiles', () => {
  it('finds by the beginning of either name, whatever the letter case', async () => {
    const core = createCore();
    await core.register('grace', 'Rear Admiral Hopper');
    await core.register('radia', 'Radia Perlman');
    const search = async (query: string) =>
      (await searchProfiles({ query, limit: 20 }, core.dependencies)).map(({ username }) => username);
    expect(await search('R')).toEqual(['grace', 'radia']);
    expect(await search('GRA')).toEqual(['grace']);
    expect(await search('admiral')).toEqual([]);
  });
});
