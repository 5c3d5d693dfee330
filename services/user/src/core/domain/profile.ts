import type { UpdateProfileRequest } from '@chatplatform/contracts/http/user';

/** How a person presents to others. */
export interface Profile {
  /** The account's id. */
  readonly id: string;
  /** Given at registration; never changes. */
  readonly username: string;
  readonly displayName: string;
  readonly bio: string;
  readonly avatarMediaId: string | null;
  readonly createdAt: Date;
  /** 0 at registration; grows by one a change. */
  readonly revision: number;
}

export interface Registration {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly registeredAt: Date;
}

export const profileOf = ({ userId, username, displayName, registeredAt }: Registration): Profile => ({
  id: userId,
  username,
  displayName,
  bio: '',
  avatarMediaId: null,
  createdAt: registeredAt,
  revision: 0,
});

/** The profile after the change; null when the change changes nothing. */
export function changeProfile(profile: Profile, change: UpdateProfileRequest): Profile | null {
  const next: Profile = {
    ...profile,
    displayName: change.displayName ?? profile.displayName,
    bio: change.bio ?? profile.bio,
    // null takes the picture away; absent leaves it.
    avatarMediaId: change.avatarMediaId === undefined ? profile.avatarMediaId : change.avatarMediaId,
    revision: profile.revision + 1,
  };
  const same =
    next.displayName === profile.displayName &&
    next.bio === profile.bio &&
    next.avatarMediaId === profile.avatarMediaId;
  return same ? null : next;
}

/** The form in which names are compared when searched for: neither letter case nor the way a letter is encoded matters. */
export const searchKey = (text: string): string => text.trim().normalize('NFKC').toLowerCase();
