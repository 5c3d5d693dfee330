import { createHash, randomBytes } from 'node:crypto';
import type { RefreshTokenFactory } from '../core/ports/token-issuer.ts';

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A fast digest is enough for 256 random bits: there is nothing to guess. */
export const refreshTokenFactory: RefreshTokenFactory = {
  create() {
    const secret = randomBytes(32).toString('base64url');
    return { secret, hash: sha256Hex(secret) };
  },
  hash: sha256Hex,
};
