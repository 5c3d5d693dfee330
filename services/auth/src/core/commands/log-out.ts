import type { RefreshTokenFactory } from '../ports/token-issuer.ts';
import type { SessionRepository } from '../ports/session-repository.ts';
import { revokeSessions } from './revoke-sessions.ts';
import type { RevokeSessionsDependencies } from './revoke-sessions.ts';

export interface LogOutProps {
  /** Any refresh token of the session, also a used or expired one: it can do nothing but end it. */
  readonly refreshToken: string;
}

export interface LogOutDependencies extends RevokeSessionsDependencies {
  readonly sessions: SessionRepository;
  readonly refreshTokens: RefreshTokenFactory;
}

/** Ends the session that the token belongs to. A token that is not known belongs to nothing that could be left open. */
export async function logOut({ refreshToken }: LogOutProps, dependencies: LogOutDependencies): Promise<void> {
  const { sessions, refreshTokens } = dependencies;
  const presented = await sessions.findByTokenHash(refreshTokens.hash(refreshToken));
  if (presented === null) return;
  await revokeSessions({ sessionId: presented.session.id, reason: 'logout' }, dependencies);
}
