import type { Clock } from '@chatplatform/kit/clock';
import { idCreatedAt, mediaIdOf } from '../domain/media.ts';
import type { MediaRepository } from '../ports/media-repository.ts';
import type { ObjectStore } from '../ports/object-store.ts';

export interface SweepDeps {
  readonly objects: ObjectStore;
  readonly media: MediaRepository;
  readonly clock: Clock;
}

/** No upload takes this long: what is younger may be about to get its document. */
const MIN_AGE_MS = 3_600_000;
const BATCH = 200;

/** Removes objects whose document was never written. Returns how many. Safe to run from several replicas at once. */
export async function sweepOrphans({ objects, media, clock }: SweepDeps): Promise<number> {
  const newest = clock.now().getTime() - MIN_AGE_MS;
  let removed = 0;
  let batch: { key: string; mediaId: string }[] = [];
  const flush = async (): Promise<void> => {
    const known = await media.existing([...new Set(batch.map(({ mediaId }) => mediaId))]);
    const orphans = batch.filter(({ mediaId }) => !known.has(mediaId));
    for (const { key } of orphans) await objects.remove(key);
    removed += orphans.length;
    batch = [];
  };
  for await (const key of objects.keys()) {
    const mediaId = mediaIdOf(key);
    if (mediaId === null || idCreatedAt(mediaId).getTime() > newest) continue;
    batch.push({ key, mediaId });
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  return removed;
}
