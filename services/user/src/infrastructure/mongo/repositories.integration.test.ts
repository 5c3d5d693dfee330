import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newEvent } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { embeddedOutbox } from '@chatplatform/kit/mongo';
import type { OutboxStore, PendingEvent } from '@chatplatform/kit/outbox';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { friendshipRequested, profileUpdated } from '../../core/domain/events.ts';
import type { FriendRequest } from '../../core/domain/friend-request.ts';
import { profileOf } from '../../core/domain/profile.ts';
import type { Profile } from '../../core/domain/profile.ts';
import type { FriendRequestRepository } from '../../core/ports/friend-request-repository.ts';
import type { ProfileRepository } from '../../core/ports/profile-repository.ts';
import { createTestDatabase } from '../../testing/mongo.ts';
import type { TestDatabase } from '../../testing/mongo.ts';
import { collectionsOf } from './collections.ts';
import { createFriendRequestRepository } from './friend-request-repository.ts';
import { createProfileRepository } from './profile-repository.ts';
import { checkSchema, migrateSchema } from './schema.ts';

const T0 = new Date('2026-03-01T10:00:00.123Z');
const maker = { newEvent, now: T0 };

const someProfile = (change: Partial<Profile> = {}): Profile => {
  const userId = newId();
  return {
    ...profileOf({ userId, username: `u-${userId.slice(-12)}`, displayName: 'Zoë 雪', registeredAt: T0 }),
    ...change,
  };
};
const someRequest = (requesterId = newId(), addresseeId = newId(), createdAt = T0): FriendRequest => ({
  id: newId(),
  requesterId,
  addresseeId,
  status: 'pending',
  createdAt,
  revision: 0,
});

describeWith('MONGODB_URL', 'repositories on MongoDB', (url) => {
  let database: TestDatabase;
  let profiles: ProfileRepository;
  let friendRequests: FriendRequestRepository;
  let outbox: OutboxStore;
  const stored: PendingEvent[] = [];
  beforeAll(async () => {
    database = await createTestDatabase(url);
    await expect(checkSchema(database.db)).rejects.toMatchObject({ code: 'schema.missing' });
    await Promise.all([migrateSchema(database.db), migrateSchema(database.db)]);
    await checkSchema(database.db);
    const collections = collectionsOf(database.db);
    profiles = createProfileRepository(collections, (event) => stored.push(event));
    friendRequests = createFriendRequestRepository(collections, (event) => stored.push(event));
    outbox = embeddedOutbox([collections.profiles, collections.friendRequests]);
  }, 30_000);
  beforeEach(async () => {
    await outbox.markPublished(await outbox.pending(1000));
    stored.length = 0;
  });
  afterAll(() => database.drop());

  const insert = (request: FriendRequest) =>
    friendRequests.insert(request, friendshipRequested(request, maker));
  const pendingIds = async () => (await outbox.pending(100)).map(({ event }) => event.id);

  describe('profiles', () => {
    it('come back as they were stored, and are stored once', async () => {
      const profile = someProfile();
      await Promise.all([1, 2, 3].map(() => profiles.insertIfAbsent(profile)));
      await profiles.insertIfAbsent({ ...profile, displayName: 'Someone else' });
      await expect(profiles.findById(profile.id)).resolves.toEqual(profile);
      await expect(profiles.findById(newId())).resolves.toBeNull();
    });

    it('change one revision at a time, each with its event', async () => {
      const profile = someProfile();
      await profiles.insertIfAbsent(profile);
      const changes = ['a', 'b', 'c', 'd'].map((bio) => ({
        ...profile,
        bio,
        avatarMediaId: newId(),
        revision: 1,
      }));
      const outcomes = await Promise.all(
        changes.map((next) => profiles.replace(next, profileUpdated(next, maker))),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      await expect(profiles.findById(profile.id)).resolves.toEqual(changes[outcomes.indexOf(true)]);
      expect(stored).toMatchObject([{ heldBy: { collection: 'profiles', id: profile.id } }]);
      expect(await pendingIds()).toEqual(stored.map(({ event }) => event.id));
    });

    it('keep the events of several changes in order until they are published', async () => {
      const profile = someProfile();
      await profiles.insertIfAbsent(profile);
      for (let revision = 1; revision <= 3; revision += 1) {
        const next = { ...profile, bio: String(revision), revision };
        await profiles.replace(
          next,
          profileUpdated(next, { newEvent, now: new Date(T0.getTime() + revision) }),
        );
      }
      expect(await pendingIds()).toEqual(stored.map(({ event }) => event.id));
      await outbox.markPublished(stored.slice(0, 2));
      expect(await pendingIds()).toEqual(stored.slice(2).map(({ event }) => event.id));
      await outbox.markPublished(stored);
      expect(await pendingIds()).toEqual([]);
      await expect(profiles.findById(profile.id)).resolves.toMatchObject({ revision: 3 });
    });

    it('tell which media they show', async () => {
      const [shown, other, nobodys] = [newId(), newId(), newId()];
      for (const avatarMediaId of [shown, other, null])
        await profiles.insertIfAbsent(someProfile({ avatarMediaId }));
      await expect(profiles.shownMedia([shown, nobodys])).resolves.toEqual(new Set([shown]));
      await expect(profiles.shownMedia([])).resolves.toEqual(new Set());
    });

    it('are found by ids, ordered by username', async () => {
      const [b, a] = [someProfile({ username: 'zz-b' }), someProfile({ username: 'zz-a' })];
      await profiles.insertIfAbsent(b);
      await profiles.insertIfAbsent(a);
      await expect(profiles.findByIds([b.id, newId(), a.id])).resolves.toEqual([a, b]);
      await expect(profiles.findByIds([])).resolves.toEqual([]);
    });

    it('are found by the beginning of either name, and a pattern is but text', async () => {
      await profiles.insertIfAbsent(someProfile({ username: 'search.one', displayName: 'Ⅻ (twelve)* [a]' }));
      await profiles.insertIfAbsent(someProfile({ username: 'search-two', displayName: 'Ünal' }));
      const search = async (key: string, limit = 10) =>
        (await profiles.findByPrefix(key, limit)).map(({ username }) => username);
      expect(await search('search')).toEqual(['search-two', 'search.one']);
      expect(await search('search', 1)).toEqual(['search-two']);
      expect(await search('search.')).toEqual(['search.one']);
      expect(await search('ün')).toEqual(['search-two']);
      expect(await search('xii (twelve)* [')).toEqual(['search.one']);
      expect(await search('earch')).toEqual([]);
      expect(await search('.*')).toEqual([]);
      expect(await search('^s')).toEqual([]);
    });

    it('are found by the display name of now, not of before', async () => {
      const profile = someProfile({ displayName: 'Beforehand' });
      await profiles.insertIfAbsent(profile);
      const next = { ...profile, displayName: 'Afterwards', revision: 1 };
      await profiles.replace(next, profileUpdated(next, maker));
      await expect(profiles.findByPrefix('beforehand', 5)).resolves.toEqual([]);
      await expect(profiles.findByPrefix('afterwards', 5)).resolves.toEqual([next]);
    });
  });

  describe('friend requests', () => {
    it('come back by id and by pair, whatever its direction', async () => {
      const request = someRequest();
      await expect(insert(request)).resolves.toBe(true);
      await expect(friendRequests.findById(request.id)).resolves.toEqual(request);
      await expect(friendRequests.findByPair(request.requesterId, request.addresseeId)).resolves.toEqual(
        request,
      );
      await expect(friendRequests.findByPair(request.addresseeId, request.requesterId)).resolves.toEqual(
        request,
      );
      await expect(friendRequests.findById(newId())).resolves.toBeNull();
      await expect(friendRequests.findByPair(newId(), newId())).resolves.toBeNull();
    });

    it('are one a pair, also when both ask at once, and only the stored one has its event', async () => {
      const [a, b] = [newId(), newId()];
      const requests = [someRequest(a, b), someRequest(b, a), someRequest(a, b), someRequest(b, a)];
      const outcomes = await Promise.all(requests.map(insert));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      await expect(friendRequests.findByPair(a, b)).resolves.toEqual(requests[outcomes.indexOf(true)]);
      expect(await pendingIds()).toEqual(stored.map(({ event }) => event.id));
      expect(stored).toHaveLength(1);
    });

    it('change one revision at a time, with an event or without', async () => {
      const request = someRequest();
      await insert(request);
      await outbox.markPublished(stored);
      const next = { ...request, status: 'declined', revision: 1 } as const;
      const outcomes = await Promise.all([1, 2, 3].map(() => friendRequests.replace(next, null)));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await pendingIds()).toEqual([]);
      const reopened = { ...someRequest(request.addresseeId, request.requesterId), revision: 2 };
      const event = friendshipRequested(reopened, maker);
      await expect(friendRequests.replace(reopened, event)).resolves.toBe(true);
      expect(await pendingIds()).toEqual([event.id]);
      await expect(friendRequests.findById(reopened.id)).resolves.toEqual(reopened);
      await expect(friendRequests.findById(request.id)).resolves.toBeNull();
    });

    it('are listed while pending, newest first, to both; friends to both once accepted', async () => {
      const ada = newId();
      const asked = someRequest(ada, newId(), new Date(T0.getTime() + 1));
      const askedOf = someRequest(newId(), ada, new Date(T0.getTime() + 3));
      const befriended = someRequest(newId(), ada, new Date(T0.getTime() + 2));
      for (const request of [asked, askedOf, befriended, someRequest()]) await insert(request);
      await expect(friendRequests.findPending(ada, 10)).resolves.toEqual([askedOf, befriended, asked]);
      await expect(friendRequests.findPending(ada, 2)).resolves.toEqual([askedOf, befriended]);
      await friendRequests.replace({ ...befriended, status: 'accepted', revision: 1 }, null);
      await expect(friendRequests.findPending(ada, 10)).resolves.toEqual([askedOf, asked]);
      await expect(friendRequests.findFriendIds(ada)).resolves.toEqual([befriended.requesterId]);
      await expect(friendRequests.findFriendIds(befriended.requesterId)).resolves.toEqual([ada]);
    });
  });
});
