import type { Request, RequestHandler } from 'express';
import { createRemoteJWKSet, errors, jwtVerify, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { DomainError, forbidden, unauthenticated, unavailable } from './errors.ts';
import { signingKeys } from './signing-keys.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** Who calls, as the access token says. */
export type Principal = {
  readonly userId: string;
  readonly username: string;
  readonly roles: readonly string[];
  readonly sessionId: string;
  readonly expiresAt: Date;
};

export interface TokenVerifier {
  /** @throws DomainError `unauthenticated` (`token.expired`, `token.invalid`, `session.ended`) or `unavailable` (no keys to check with) */
  verify(token: string): Promise<Principal>;
}

const accessClaims = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  username: z.string().min(1),
  roles: z.array(z.string()),
  exp: z.number(),
});

const TOKEN_PROBLEMS = [
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWTClaimValidationFailed,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  z.ZodError,
];

export const sessionEnded = (): DomainError =>
  unauthenticated('session.ended', 'This session has ended: log in again.');

const tokenFailure = (error: unknown): DomainError => {
  if (error instanceof DomainError) return error;
  if (error instanceof errors.JWTExpired)
    return unauthenticated('token.expired', 'The access token has expired.');
  if (TOKEN_PROBLEMS.some((type) => error instanceof type))
    return unauthenticated('token.invalid', 'The access token is not valid.');
  return unavailable('token.unverifiable', 'Tokens cannot be checked right now.', { cause: error });
};

/**
 * Verifies ES256 access tokens against the issuer's published keys, which are cached and refetched on a new `kid`.
 * @param revoked sessions whose tokens are not believed though they have not expired
 * @param rememberedTokens that need not be checked again. Default: 10,000
 */
export const createTokenVerifier = ({
  jwksUrl,
  issuer,
  audience,
  revoked,
  clock = systemClock,
  rememberedTokens,
}: {
  jwksUrl: string;
  issuer: string;
  audience: string;
  revoked?: { has(sessionId: string): boolean };
  clock?: Clock;
  rememberedTokens?: number | undefined;
}): TokenVerifier => {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { cooldownDuration: 10_000, timeoutDuration: 3_000 });
  const verified = new VerifiedTokens(rememberedTokens);
  const check = async (token: string): Promise<Principal> => {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ['ES256'],
      currentDate: clock.now(),
    });
    const claims = accessClaims.parse(payload);
    return {
      userId: claims.sub,
      username: claims.username,
      roles: claims.roles,
      sessionId: claims.sid,
      expiresAt: new Date(claims.exp * 1000),
    };
  };
  return {
    async verify(token) {
      try {
        const known = verified.find(token, clock.now());
        const principal = known ?? (await check(token));
        if (!known) verified.keep(token, principal);
        if (revoked?.has(principal.sessionId) === true) throw sessionEnded();
        return principal;
      } catch (error) {
        throw tokenFailure(error);
      }
    },
  };
};

const principals = new WeakMap<Request, Principal>();

/** The access token that a request carries, unchecked. @throws DomainError `unauthenticated` when it carries none */
export const bearerOf = (req: Request): string => {
  const token = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(req.get('authorization') ?? '')?.[1];
  if (token === undefined) throw unauthenticated('token.missing', 'Send an access token as a bearer token.');
  return token;
};

/** Lets the request on when it carries a valid access token; `principalOf` then tells whose. */
export const requireUser =
  (verifier: TokenVerifier): RequestHandler =>
  async (req, _res, next) => {
    principals.set(req, await verifier.verify(bearerOf(req)));
    next();
  };

/** Whose request it is, as far as that is known. */
export const knownPrincipalOf = (req: Request): Principal | undefined => principals.get(req);

/** @throws Error when the route lacks `requireUser`, which is a bug */
export const principalOf = (req: Request): Principal => {
  const principal = principals.get(req);
  if (principal === undefined) throw new Error('principalOf needs requireUser before it on the route');
  return principal;
};

/** Stands after `requireUser`. */
export const requireRole =
  (role: string): RequestHandler =>
  (req, _res, next) => {
    if (!principalOf(req).roles.includes(role))
      throw forbidden('role.required', `This needs the role ${role}.`);
    next();
  };

const INTERNAL_TOKEN_SECONDS = 60;

/** Short-lived HS256 tokens with which services call one another's `/internal` paths. */
export interface InternalTokens {
  /** @param audience the service to be called */
  mint(audience: string): Promise<string>;
  /** @throws DomainError `unauthenticated` */
  verify(token: string): Promise<{ caller: string }>;
}

/** @param key shared by all services: each of `signingKeys` 32 or more random bytes in base64 */
export const createInternalTokens = ({ key, service }: { key: string; service: string }): InternalTokens => {
  const secrets = signingKeys(key).map((one) => Buffer.from(one, 'base64'));
  const [signing] = secrets;
  if (signing === undefined || secrets.some(({ length }) => length < 32))
    throw new Error('INTERNAL_TOKEN_KEY needs 32 bytes or more');
  const callerOf = (payload: JWTPayload): { caller: string } => ({
    caller: z.string().min(1).parse(payload.iss),
  });
  const payloadOf = async (token: string, [secret, ...others]: readonly Buffer[]): Promise<JWTPayload> => {
    try {
      const { payload } = await jwtVerify(token, secret ?? signing, {
        audience: service,
        algorithms: ['HS256'],
        maxTokenAge: INTERNAL_TOKEN_SECONDS,
        requiredClaims: ['exp', 'iss'],
        clockTolerance: 5,
      });
      return payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed) || others.length === 0) throw error;
      return payloadOf(token, others);
    }
  };
  return {
    mint: (audience) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(service)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${INTERNAL_TOKEN_SECONDS}s`)
        .sign(signing),
    async verify(token) {
      try {
        return callerOf(await payloadOf(token, secrets));
      } catch (error) {
        throw tokenFailure(error);
      }
    },
  };
};

/** Lets only other services in. */
export const requireInternal =
  (tokens: InternalTokens): RequestHandler =>
  async (req, _res, next) => {
    await tokens.verify(bearerOf(req));
    next();
  };
