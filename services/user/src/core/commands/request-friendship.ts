import type { Clock } from '@chatplatform/kit/clock';
import { conflict, invalid } from '@chatplatform/kit/errors';
import { friendshipAccepted, friendshipRequested } from '../domain/events.ts';
import type { NewEvent } from '../domain/events.ts';
import { decideRequest } from '../domain/friend-request.ts';
import type { FriendRequest, RequestDecision } from '../domain/friend-request.ts';
import { mayBefriend } from '../domain/policies.ts';
import { userNotFound } from '../domain/refusals.ts';
import type { FriendRequestRepository } from '../ports/friend-request-repository.ts';
import type { ProfileRepository } from '../ports/profile-repository.ts';
import { untilWritten } from './attempts.ts';

export interface RequestFriendshipProps {
  readonly requesterId: string;
  readonly addresseeId: string;
}

export interface RequestFriendshipDependencies {
  readonly profiles: ProfileRepository;
  readonly friendRequests: FriendRequestRepository;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly newEvent: NewEvent;
}

export interface RequestFriendshipResult {
  readonly request: FriendRequest;
  /** False when it was there already: asked before, or accepted because the other one had asked. */
  readonly created: boolean;
}

/**
 * Asks another person for friendship; accepts at once when that person has asked already.
 * @throws DomainError `friend-request.to-oneself` (invalid), `user.not-found`, `friendship.exists` (conflict)
 */
export async function requestFriendship(
  { requesterId, addresseeId }: RequestFriendshipProps,
  dependencies: RequestFriendshipDependencies,
): Promise<RequestFriendshipResult> {
  const { profiles, friendRequests, clock, newId } = dependencies;
  if (!mayBefriend(requesterId, addresseeId)) {
    throw invalid('friend-request.to-oneself', 'A friend request goes to another person.', [
      { field: 'userId', message: 'is your own: give the id of another person' },
    ]);
  }
  if ((await profiles.findById(addresseeId)) === null) throw userNotFound();
  return untilWritten(async () => {
    const current = await friendRequests.findByPair(requesterId, addresseeId);
    const wanted = { id: newId(), requesterId, addresseeId, now: clock.now() };
    return carryOut(decideRequest(current, wanted), dependencies);
  });
}

/** Null when someone else wrote in between. */
async function carryOut(
  decision: RequestDecision,
  { friendRequests, clock, newEvent }: RequestFriendshipDependencies,
): Promise<RequestFriendshipResult | null> {
  const maker = { newEvent, now: clock.now() };
  const done = (written: boolean, request: FriendRequest, created: boolean) =>
    written ? { request, created } : null;
  switch (decision.kind) {
    case 'create': {
      const { next } = decision;
      return done(await friendRequests.insert(next, friendshipRequested(next, maker)), next, true);
    }
    case 'reopen': {
      const { next } = decision;
      return done(await friendRequests.replace(next, friendshipRequested(next, maker)), next, true);
    }
    case 'accept': {
      const { next } = decision;
      return done(await friendRequests.replace(next, friendshipAccepted(next, maker)), next, false);
    }
    case 'already-pending':
      return { request: decision.current, created: false };
    case 'already-friends':
      throw conflict('friendship.exists', 'You are friends already.', [
        { field: 'userId', message: 'is a friend already' },
      ]);
  }
}
