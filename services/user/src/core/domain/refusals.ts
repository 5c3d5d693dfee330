import { DomainError, notFound } from '@chatplatform/kit/errors';

/** A token may be used before the event of its registration has arrived here. */
export const profilePending = (): DomainError =>
  new DomainError('not-found', 'Your profile is still being made: try again in a second.', {
    code: 'profile-pending',
    retryAfterSeconds: 1,
  });

export const userNotFound = (): DomainError =>
  notFound('user.not-found', 'There is no user of this id, or their profile is still being made.');

export const friendRequestNotFound = (): DomainError =>
  notFound('friend-request.not-found', 'There is no friend request of this id.');
