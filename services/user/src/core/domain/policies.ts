import type { FriendRequest } from './friend-request.ts';

/** Others must not even learn that it is there. */
export const maySee = (actorId: string, request: FriendRequest): boolean =>
  actorId === request.requesterId || actorId === request.addresseeId;

export const mayAnswer = (actorId: string, request: FriendRequest): boolean =>
  actorId === request.addresseeId;

export const mayBefriend = (actorId: string, otherId: string): boolean => actorId !== otherId;
