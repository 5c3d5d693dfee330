import type { Clock } from '@chatplatform/kit/clock';
import { forbidden, notFound } from '@chatplatform/kit/errors';
import { objectKey } from '../domain/media.ts';
import { checkPath } from '../domain/signed-path.ts';
import type { SignedPath } from '../domain/signed-path.ts';
import type { ObjectStore, StoredObject } from '../ports/object-store.ts';

export interface OpenDeps {
  readonly objects: ObjectStore;
  readonly signingKey: string;
  readonly clock: Clock;
}

/**
 * The bytes of one variant. The signature alone gives the right to read: whoever got the address could ask for it.
 * @throws DomainError `forbidden` (`media.link-expired`, `media.link-invalid`) or `not-found` (`media.not-found`)
 */
export async function openVariant(deps: OpenDeps, path: SignedPath): Promise<StoredObject> {
  const verdict = checkPath(deps.signingKey, path, deps.clock.now());
  if (verdict === 'expired') {
    throw forbidden(
      'media.link-expired',
      'This address has expired: ask for the medium again to get a new one.',
    );
  }
  if (verdict === 'forged')
    throw forbidden('media.link-invalid', 'This address was not given out by the server.');
  const object = await deps.objects.get(objectKey(path.mediaId, path.variant));
  if (object === null) throw mediaNotFound();
  return object;
}

export function mediaNotFound(): Error {
  return notFound('media.not-found', 'There is no such medium.');
}
