import type { EventData } from '@chatplatform/contracts/events/catalogue';
import type { Media } from '../domain/media.ts';

export interface MediaRepository {
  /** Writes the medium and the event that tells of it in one write. */
  add(media: Media, uploaded: EventData<'media.uploaded.v1'>): Promise<void>;
  find(mediaId: string): Promise<Media | null>;
  /** Those of `mediaIds` that exist. */
  existing(mediaIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Ids of those uploaded before `cutoff` whose id comes after `after`, in the order of their ids. */
  idsBefore(cutoff: Date, page: { readonly after: string; readonly limit: number }): Promise<string[]>;
  /** Does nothing when there is none. */
  remove(mediaId: string): Promise<void>;
}
