import type { OutboxEntry } from '@chatplatform/kit/mongo';
import type { Collection, Db } from 'mongodb';
import type { FriendRequest } from '../../core/domain/friend-request.ts';
import type { Profile } from '../../core/domain/profile.ts';

export type ProfileDocument = Omit<Profile, 'id'> & {
  _id: string;
  /** `searchKey` of its neighbour. */
  usernameKey: string;
  displayNameKey: string;
  outbox?: OutboxEntry[];
};

export type FriendRequestDocument = Omit<FriendRequest, 'id'> & {
  /** `pairKey`: that a pair has one request, whoever asked, follows from `_id` being unique. */
  _id: string;
  requestId: string;
  /** Both of the pair, to find all that concerns one person. */
  members: string[];
  outbox?: OutboxEntry[];
};

export interface Collections {
  readonly profiles: Collection<ProfileDocument>;
  readonly friendRequests: Collection<FriendRequestDocument>;
}

export const collectionsOf = (db: Db): Collections => ({
  profiles: db.collection('profiles'),
  friendRequests: db.collection('friendRequests'),
});
