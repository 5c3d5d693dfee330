import type {
  FriendRequest as FriendRequestDto,
  FriendRequestList,
  Profile as ProfileDto,
  ProfileList,
} from '@chatplatform/contracts/http/user';
import type { FriendRequest } from '../core/domain/friend-request.ts';
import type { Profile } from '../core/domain/profile.ts';

export const presentProfile = (profile: Profile): ProfileDto => ({
  id: profile.id,
  username: profile.username,
  displayName: profile.displayName,
  bio: profile.bio,
  avatarMediaId: profile.avatarMediaId,
  createdAt: profile.createdAt.toISOString(),
});

export const presentProfiles = (profiles: readonly Profile[]): ProfileList => ({
  items: profiles.map(presentProfile),
});

export const presentFriendRequest = (request: FriendRequest): FriendRequestDto => ({
  id: request.id,
  requesterId: request.requesterId,
  addresseeId: request.addresseeId,
  status: request.status,
  createdAt: request.createdAt.toISOString(),
});

export const presentFriendRequests = (requests: readonly FriendRequest[]): FriendRequestList => ({
  items: requests.map(presentFriendRequest),
});
