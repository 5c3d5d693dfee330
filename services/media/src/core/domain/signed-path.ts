import { createHmac, timingSafeEqual } from 'node:crypto';
import { signingKeys } from '@chatplatform/kit/signing-keys';
import type { VariantName } from './media.ts';

export interface SignedPath {
  readonly mediaId: string;
  readonly variant: VariantName;
  /** Seconds since 1970. */
  readonly expires: number;
  readonly signature: string;
}

const LIFETIME_SECONDS = 3600;

/**
 * Valid for one to two hours. Rounded up to the full hour, so that the address of a picture stays the same for a while
 * and a browser finds it in its cache.
 */
export function expiryAt(now: Date): number {
  const earliest = now.getTime() / 1000 + LIFETIME_SECONDS;
  return Math.ceil(earliest / LIFETIME_SECONDS) * LIFETIME_SECONDS;
}

/** @param keys one or more, as `signingKeys` has them */
export function signPath(keys: string, mediaId: string, variant: VariantName, expires: number): string {
  const [key] = signingKeys(keys);
  const query = new URLSearchParams({
    expires: String(expires),
    signature: mac(key, mediaId, variant, expires).toString('base64url'),
  });
  return `/media/${mediaId}/${variant}?${query}`;
}

/** Compares in constant time. Says which: an honest client with an old address asks for a new one. */
export function checkPath(keys: string, path: SignedPath, now: Date): 'valid' | 'expired' | 'forged' {
  const given = Buffer.from(path.signature, 'base64url');
  const made = signingKeys(keys).map((key) => mac(key, path.mediaId, path.variant, path.expires));
  const known = made.some((mine) => mine.length === given.length && timingSafeEqual(mine, given));
  if (!known) return 'forged';
  return path.expires * 1000 > now.getTime() ? 'valid' : 'expired';
}

/** The fields cannot contain a line break, so no two paths share a text to sign; the first line is the scheme's version. */
function mac(key: string, mediaId: string, variant: VariantName, expires: number): Buffer {
  return createHmac('sha256', key).update(`media-path-1\n${mediaId}\n${variant}\n${expires}`).digest();
}
