import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Profile } from '../domain/profile.ts';

export interface ProfileRepository {
  /** Does nothing when there is a profile of this id, whatever it says by now. */
  insertIfAbsent(profile: Profile): Promise<void>;
  findById(id: string): Promise<Profile | null>;
  /** Those that there are, ordered by username. */
  findByIds(ids: readonly string[]): Promise<readonly Profile[]>;
  /** Whose username or display name begins with this `searchKey`; ordered by username. */
  findByPrefix(key: string, limit: number): Promise<readonly Profile[]>;
  /** Which of these media a profile shows. */
  shownMedia(mediaIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Stores the next revision together with the event that tells of it: both or neither.
   * @returns false, with nothing written, when the profile is no longer of the revision before
   */
  replace(next: Profile, event: CloudEvent): Promise<boolean>;
}
