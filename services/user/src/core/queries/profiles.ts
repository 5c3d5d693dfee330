import { searchKey } from '../domain/profile.ts';
import type { Profile } from '../domain/profile.ts';
import { profilePending, userNotFound } from '../domain/refusals.ts';
import type { FriendRequestRepository } from '../ports/friend-request-repository.ts';
import type { ProfileRepository } from '../ports/profile-repository.ts';

export interface ProfileQueryDependencies {
  readonly profiles: ProfileRepository;
  readonly friendRequests: FriendRequestRepository;
}

/** @throws DomainError `profile-pending` (not-found) while the event of the registration is under way */
export async function ownProfile(userId: string, { profiles }: ProfileQueryDependencies): Promise<Profile> {
  const profile = await profiles.findById(userId);
  if (profile === null) throw profilePending();
  return profile;
}

/** @throws DomainError `user.not-found` */
export async function profileById(id: string, { profiles }: ProfileQueryDependencies): Promise<Profile> {
  const profile = await profiles.findById(id);
  if (profile === null) throw userNotFound();
  return profile;
}

export interface SearchProfilesProps {
  /** How the username or the display name begins, in any letter case. */
  readonly query: string;
  readonly limit: number;
}

export function searchProfiles(
  { query, limit }: SearchProfilesProps,
  { profiles }: ProfileQueryDependencies,
): Promise<readonly Profile[]> {
  return profiles.findByPrefix(searchKey(query), limit);
}

/** Ordered by username. A friend whose profile has not arrived yet is left out until it has. */
export async function friendsOf(
  userId: string,
  { profiles, friendRequests }: ProfileQueryDependencies,
): Promise<readonly Profile[]> {
  return profiles.findByIds(await friendRequests.findFriendIds(userId));
}
