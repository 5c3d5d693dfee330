import { objectKey, VARIANT_NAMES } from '../domain/media.ts';
import type { MediaRepository } from '../ports/media-repository.ts';
import type { MediaUses } from '../ports/media-uses.ts';
import type { ObjectStore } from '../ports/object-store.ts';

export interface ExpireMediaDeps {
  readonly objects: Pick<ObjectStore, 'remove'>;
  readonly media: Pick<MediaRepository, 'idsBefore' | 'remove'>;
  /** All of those who may show a medium: one that is away, and nothing is removed. */
  readonly uses: readonly MediaUses[];
}

const BATCH = 200;

/**
 * Removes what was uploaded before `cutoff` and is shown nowhere: by no message and no profile. Returns how many. Safe to
 * run from several replicas at once.
 *
 * The document goes first: what a crash leaves of the objects is an orphan, which the other sweep removes.
 */
export async function expireMedia(deps: ExpireMediaDeps, cutoff: Date): Promise<number> {
  let removed = 0;
  for (let after = ''; ;) {
    const ids = await deps.media.idsBefore(cutoff, { after, limit: BATCH });
    const last = ids.at(-1);
    if (last === undefined) return removed;
    const shown = await Promise.all(deps.uses.map((use) => use.shown(ids)));
    const unused = ids.filter((id) => shown.every((some) => !some.has(id)));
    for (const id of unused) {
      await deps.media.remove(id);
      await Promise.all(VARIANT_NAMES.map((name) => deps.objects.remove(objectKey(id, name))));
    }
    removed += unused.length;
    after = last;
  }
}
