import type { UpdateProfileRequest } from '@chatplatform/contracts/http/user';
import type { Clock } from '@chatplatform/kit/clock';
import { profileUpdated } from '../domain/events.ts';
import type { NewEvent } from '../domain/events.ts';
import { changeProfile } from '../domain/profile.ts';
import type { Profile } from '../domain/profile.ts';
import { profilePending } from '../domain/refusals.ts';
import type { ProfileRepository } from '../ports/profile-repository.ts';
import { untilWritten } from './attempts.ts';

export interface UpdateProfileProps {
  readonly userId: string;
  /** Fields that are absent stay as they are. */
  readonly change: UpdateProfileRequest;
}

export interface UpdateProfileDependencies {
  readonly profiles: ProfileRepository;
  readonly clock: Clock;
  readonly newEvent: NewEvent;
}

export type UpdateProfileResult = Profile;

/**
 * Changes one's own profile and, in the same write, tells the others. A change that changes nothing tells nobody.
 * @throws DomainError `profile-pending` (not-found)
 */
export function updateProfile(
  { userId, change }: UpdateProfileProps,
  { profiles, clock, newEvent }: UpdateProfileDependencies,
): Promise<UpdateProfileResult> {
  return untilWritten(async () => {
    const profile = await profiles.findById(userId);
    if (profile === null) throw profilePending();
    const next = changeProfile(profile, change);
    if (next === null) return profile;
    const event = profileUpdated(next, { newEvent, now: clock.now() });
    return (await profiles.replace(next, event)) ? next : null;
  });
}
