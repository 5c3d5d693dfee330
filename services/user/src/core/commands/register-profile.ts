import { profileOf } from '../domain/profile.ts';
import type { Registration } from '../domain/profile.ts';
import type { ProfileRepository } from '../ports/profile-repository.ts';

export type RegisterProfileProps = Registration;

export interface RegisterProfileDependencies {
  readonly profiles: ProfileRepository;
}

/** Gives a new person a profile. May be repeated at any time: a profile that is there, and changed since, stays. */
export async function registerProfile(
  registration: RegisterProfileProps,
  { profiles }: RegisterProfileDependencies,
): Promise<void> {
  await profiles.insertIfAbsent(profileOf(registration));
}
