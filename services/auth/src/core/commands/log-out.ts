import type { Clock } from '@chatplatform/kit/clock';
import type { RefreshTokenFactory } from '../ports/token-issuer.ts';
import type { SessionRepository } from '../ports/session-repository.ts';

export interface LogOutProps {
  /** Any refresh token of the session, also a used or expired one: it can do nothing but end it. */
  readonly refreshToken: string;
}

export interface LogOutDependencies {
  readonly sessions: SessionRepository;
  readonly refreshTokens: RefreshTokenFactory;
  readonly clock: Clock;
}

/** Ends the session that the token belongs to. A token that is not known belongs to nothing that could be left open. */
export async function logOut(
  { refreshToken }: LogOutProps,
  { sessions, refreshTokens, clock }: LogOutDependencies,
): Promise<void> {
  const presented = await sessions.findByTokenHash(refreshTokens.hash(refreshToken));
  if (presented !== null) await sessions.revoke(presented.session.id, 'logout', clock.now());
}
