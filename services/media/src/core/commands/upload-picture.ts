import type { Clock } from '@chatplatform/kit/clock';
import { objectKey, VARIANT_NAMES } from '../domain/media.ts';
import type { Media, Variant } from '../domain/media.ts';
import type { MediaRepository } from '../ports/media-repository.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { PictureProcessor, ProcessedPicture } from '../ports/picture-processor.ts';

export interface UploadDeps {
  readonly pictures: PictureProcessor;
  readonly objects: ObjectStore;
  readonly media: MediaRepository;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * Objects first, then the document: a medium that is known can be served. What a crash in between leaves is removed by
 * `sweepOrphans`.
 * @throws DomainError as `PictureProcessor.process`
 */
export async function uploadPicture(
  deps: UploadDeps,
  request: { ownerId: string; file: Buffer },
): Promise<Media> {
  const picture = await deps.pictures.process(request.file);
  const id = deps.newId();
  await Promise.all(
    VARIANT_NAMES.map((name) => {
      const { data, contentType } = picture.variants[name];
      return deps.objects.put(objectKey(id, name), data, contentType);
    }),
  );
  const media = { id, ownerId: request.ownerId, createdAt: deps.clock.now(), variants: variantsOf(picture) };
  await deps.media.add(media, {
    mediaId: id,
    ownerId: request.ownerId,
    contentType: picture.sourceType,
    bytes: request.file.length,
  });
  return media;
}

function variantsOf({ variants: { thumbnail, display } }: ProcessedPicture): Media['variants'] {
  const describe = ({ contentType, width, height, bytes }: Variant): Variant => ({
    contentType,
    width,
    height,
    bytes,
  });
  return { thumbnail: describe(thumbnail), display: describe(display) };
}
