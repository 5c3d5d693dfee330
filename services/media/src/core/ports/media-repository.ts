import type { EventData } from '@chatplatform/contracts/events/catalogue';
import type { Media } from '../domain/media.ts';

export interface MediaRepository {
  /** Writes the medium and the event that tells of it in one write. */
  add(media: Media, uploaded: EventData<'media.uploaded.v1'>): Promise<void>;
  find(mediaId: string): Promise<Media | null>;
  /** Those of `mediaIds` that exist. */
  existing(mediaIds: readonly string[]): Promise<ReadonlySet<string>>;
}
