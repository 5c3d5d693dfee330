import { createInternalTokens, createTokenVerifier } from './access.ts';
import type { TokenVerifier } from './access.ts';
import { systemClock } from './clock.ts';
import type { EventBus } from './events.ts';
import { watchRevokedSessions } from './revoked-sessions.ts';
import type { RevokedSessions } from './revoked-sessions.ts';
import type { ServiceContext } from './service.ts';

export type UserAccess = { readonly verifier: TokenVerifier; readonly revoked: RevokedSessions };

export type UserAccessConfig = {
  readonly JWKS_URL: string;
  readonly JWT_ISSUER: string;
  readonly JWT_AUDIENCE: string;
  readonly AUTH_URL?: string | undefined;
  readonly INTERNAL_TOKEN_KEY: string;
};

/**
 * What a service that people call needs to know them: auth's keys, and which sessions have ended.
 * @param rememberedTokens 0 where each token is seen but once. Default: as many as are of use
 */
export const startUserAccess = async (
  { name, logger, onStop }: ServiceContext,
  config: UserAccessConfig,
  bus: Pick<EventBus, 'listen'>,
  { rememberedTokens }: { readonly rememberedTokens?: number } = {},
): Promise<UserAccess> => {
  const revoked = await watchRevokedSessions({
    authUrl: config.AUTH_URL ?? new URL(config.JWKS_URL).origin,
    tokens: createInternalTokens({ key: config.INTERNAL_TOKEN_KEY, service: name }),
    bus,
    clock: systemClock,
    logger,
  });
  onStop(() => revoked.stop());
  const verifier = createTokenVerifier({
    jwksUrl: config.JWKS_URL,
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
    revoked,
    rememberedTokens,
  });
  return { verifier, revoked };
};
