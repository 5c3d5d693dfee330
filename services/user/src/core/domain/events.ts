import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { newEvent as makeEvent } from '@chatplatform/kit/events';
import type { FriendRequest } from './friend-request.ts';
import type { Profile } from './profile.ts';

/** Makes an event that carries the active trace; passed in, because the kit's module loads the broker's driver. */
export type NewEvent = typeof makeEvent;

const SOURCE = '/services/user';

export interface EventMaker {
  readonly newEvent: NewEvent;
  readonly now: Date;
}

export const profileUpdated = (profile: Profile, { newEvent, now }: EventMaker): CloudEvent =>
  newEvent({
    type: 'user.profile-updated.v1',
    source: SOURCE,
    subject: profile.id,
    now,
    data: {
      userId: profile.id,
      username: profile.username,
      displayName: profile.displayName,
      avatarMediaId: profile.avatarMediaId,
      revision: profile.revision,
    },
  });

const friendshipData = ({ id, requesterId, addresseeId }: FriendRequest) => ({
  requestId: id,
  requesterId,
  addresseeId,
});

export const friendshipRequested = (request: FriendRequest, { newEvent, now }: EventMaker): CloudEvent =>
  newEvent({
    type: 'user.friendship-requested.v1',
    source: SOURCE,
    subject: request.id,
    now,
    data: friendshipData(request),
  });

export const friendshipAccepted = (request: FriendRequest, { newEvent, now }: EventMaker): CloudEvent =>
  newEvent({
    type: 'user.friendship-accepted.v1',
    source: SOURCE,
    subject: request.id,
    now,
    data: friendshipData(request),
  });
