import { createPublicKey } from 'node:crypto';
import type { Principal, TokenVerifier } from '@chatplatform/kit/access';
import { unauthenticated } from '@chatplatform/kit/errors';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  errors,
  exportJWK,
  importPKCS8,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { CryptoKey, JSONWebKeySet, JWK } from 'jose';
import { z } from 'zod';
import type { AccessTokenIssuer } from '../core/ports/token-issuer.ts';

const ALGORITHM = 'ES256';
const PEM_BLOCK = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/g;

interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK & { readonly kid: string };
}

export interface Es256TokensOptions {
  /** One or more PEM blocks (PKCS #8, EC P-256). The first signs; all verify, so that a new one is put first to rotate. */
  readonly pem: string;
  readonly issuer: string;
  readonly audience: string;
  readonly ttlSeconds: number;
}

export interface Es256Tokens extends AccessTokenIssuer, TokenVerifier {
  /** The public keys, for every service to verify with. */
  readonly keySet: JSONWebKeySet;
}

const claimsSchema = z.object({
  sub: z.string(),
  sid: z.string(),
  username: z.string(),
  roles: z.array(z.string()),
  exp: z.number(),
});

/** @throws Error that names JWT_SIGNING_KEY when the PEM holds no usable key */
export async function createEs256Tokens(options: Es256TokensOptions): Promise<Es256Tokens> {
  const keys = await Promise.all((options.pem.match(PEM_BLOCK) ?? []).map(readKey));
  const [signing] = keys;
  if (signing === undefined) throw wrongKey();
  const keySet = { keys: keys.map(({ publicJwk }) => publicJwk) };
  const resolve = createLocalJWKSet(keySet);
  const { issuer, audience, ttlSeconds } = options;

  return {
    keySet,
    async issue(account, sessionId, now) {
      const issuedAt = Math.floor(now.getTime() / 1000);
      const token = await new SignJWT({
        sid: sessionId,
        username: account.username,
        roles: [...account.roles],
      })
        .setProtectedHeader({ alg: ALGORITHM, kid: signing.publicJwk.kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(account.id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlSeconds)
        .sign(signing.privateKey);
      return { token, expiresInSeconds: ttlSeconds };
    },
    async verify(token) {
      try {
        const verified = await jwtVerify(token, resolve, { issuer, audience, algorithms: [ALGORITHM] });
        return principalOf(verified.payload);
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

async function readKey(pem: string): Promise<SigningKey> {
  try {
    const publicJwk = await exportJWK(createPublicKey(pem));
    const kid = await calculateJwkThumbprint(publicJwk);
    return {
      privateKey: await importPKCS8(pem, ALGORITHM),
      publicJwk: { ...publicJwk, kid, alg: ALGORITHM, use: 'sig' },
    };
  } catch (cause) {
    throw wrongKey(cause);
  }
}

const wrongKey = (cause?: unknown): Error =>
  new Error(
    'JWT_SIGNING_KEY holds no usable key: give a PEM private key (PKCS #8, EC P-256), as `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` makes',
    { cause },
  );

function principalOf(payload: unknown): Principal {
  const { sub, sid, username, roles, exp } = claimsSchema.parse(payload);
  return { userId: sub, username, roles, sessionId: sid, expiresAt: new Date(exp * 1000) };
}

function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) {
    return unauthenticated('token.expired', 'The access token has expired.');
  }
  if (error instanceof errors.JOSEError || error instanceof z.ZodError) {
    return unauthenticated('token.invalid', 'The access token is not valid.');
  }
  return error;
}
