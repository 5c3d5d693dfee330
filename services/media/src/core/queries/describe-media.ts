import type { Media as MediaDto } from '@chatplatform/contracts/http/media';
import type { Clock } from '@chatplatform/kit/clock';
import type { Media, VariantName } from '../domain/media.ts';
import { expiryAt, signPath } from '../domain/signed-path.ts';
import type { MediaAccess } from '../ports/media-access.ts';
import type { MediaRepository } from '../ports/media-repository.ts';
import { mediaNotFound } from './open-variant.ts';

export interface DescribeDeps {
  readonly signingKey: string;
  readonly clock: Clock;
}

/** The medium as a client sees it, with addresses that expire. */
export function describeMedia({ signingKey, clock }: DescribeDeps, media: Media): MediaDto {
  const expires = expiryAt(clock.now());
  const variant = (name: VariantName): MediaDto['variants'][VariantName] => ({
    ...media.variants[name],
    url: signPath(signingKey, media.id, name, expires),
  });
  return {
    id: media.id,
    ownerId: media.ownerId,
    createdAt: media.createdAt.toISOString(),
    variants: { thumbnail: variant('thumbnail'), display: variant('display') },
  };
}

/**
 * To its owner, and to who may see where it was shown; to everybody else it is not there.
 * @throws DomainError `not-found` (`media.not-found`); `unavailable` when it cannot be told who may see it
 */
export async function findMedia(
  deps: DescribeDeps & { readonly media: MediaRepository; readonly access: MediaAccess },
  { mediaId, userId }: { readonly mediaId: string; readonly userId: string },
): Promise<MediaDto> {
  const media = await deps.media.find(mediaId);
  if (media === null) throw mediaNotFound();
  if (media.ownerId !== userId && !(await deps.access.maySee(mediaId, userId))) throw mediaNotFound();
  return describeMedia(deps, media);
}
