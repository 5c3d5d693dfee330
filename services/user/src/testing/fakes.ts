import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Clock } from '@chatplatform/kit/clock';
import { newEvent } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { pairKey, peerOf } from '../core/domain/friend-request.ts';
import type { FriendRequest } from '../core/domain/friend-request.ts';
import { profileOf, searchKey } from '../core/domain/profile.ts';
import type { Profile } from '../core/domain/profile.ts';
import type { FriendRequestRepository } from '../core/ports/friend-request-repository.ts';
import type { ProfileRepository } from '../core/ports/profile-repository.ts';

const byUsername = (a: Profile, b: Profile): number => (a.username < b.username ? -1 : 1);

export function inMemoryProfiles(events: CloudEvent[]): ProfileRepository {
  const rows = new Map<string, Profile>();
  return {
    async insertIfAbsent(profile) {
      if (!rows.has(profile.id)) rows.set(profile.id, profile);
    },
    findById: async (id) => rows.get(id) ?? null,
    findByIds: async (ids) => ids.flatMap((id) => rows.get(id) ?? []).sort(byUsername),
    findByPrefix: async (key, limit) =>
      [...rows.values()]
        .filter(({ username, displayName }) =>
          [username, displayName].some((name) => searchKey(name).startsWith(key)),
        )
        .sort(byUsername)
        .slice(0, limit),
    shownMedia: async (mediaIds) =>
      new Set(
        [...rows.values()]
          .flatMap(({ avatarMediaId }) => avatarMediaId ?? [])
          .filter((id) => mediaIds.includes(id)),
      ),
    async replace(next, event) {
      if (rows.get(next.id)?.revision !== next.revision - 1) return false;
      rows.set(next.id, next);
      events.push(event);
      return true;
    },
  };
}

export function inMemoryFriendRequests(events: CloudEvent[]): FriendRequestRepository {
  const rows = new Map<string, FriendRequest>();
  const keyOf = ({ requesterId, addresseeId }: FriendRequest): string => pairKey(requesterId, addresseeId);
  const concerning = (userId: string, status: FriendRequest['status']): FriendRequest[] =>
    [...rows.values()].filter(
      (request) => [request.requesterId, request.addresseeId].includes(userId) && request.status === status,
    );
  return {
    findById: async (id) => [...rows.values()].find((request) => request.id === id) ?? null,
    findByPair: async (a, b) => rows.get(pairKey(a, b)) ?? null,
    findPending: async (userId, limit) =>
      concerning(userId, 'pending')
        .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
        .slice(0, limit),
    findFriendIds: async (userId) => concerning(userId, 'accepted').map((request) => peerOf(request, userId)),
    async insert(request, event) {
      if (rows.has(keyOf(request))) return false;
      rows.set(keyOf(request), request);
      events.push(event);
      return true;
    },
    async replace(next, event) {
      if (rows.get(keyOf(next))?.revision !== next.revision - 1) return false;
      rows.set(keyOf(next), next);
      if (event !== null) events.push(event);
      return true;
    },
  };
}

/** Each reading a second later than the one before. */
export function tickingClock(start = '2026-01-01T00:00:00.000Z'): Clock {
  let time = Date.parse(start);
  return { now: () => new Date((time += 1000)) };
}

/** The whole core on fakes, with what it told the others. */
export function createCore() {
  const events: CloudEvent[] = [];
  const dependencies = {
    profiles: inMemoryProfiles(events),
    friendRequests: inMemoryFriendRequests(events),
    clock: tickingClock(),
    newId,
    newEvent,
  };
  const register = async (username: string, displayName = username): Promise<Profile> => {
    const registeredAt = new Date('2026-01-01T00:00:00.000Z');
    const profile = profileOf({ userId: newId(), username, displayName, registeredAt });
    await dependencies.profiles.insertIfAbsent(profile);
    return profile;
  };
  return { ...dependencies, dependencies, events, register };
}
