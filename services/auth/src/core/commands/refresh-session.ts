import { unauthenticated } from '@chatplatform/kit/errors';
import { judgeRefresh } from '../domain/session.ts';
import type { RefreshVerdict, Session } from '../domain/session.ts';
import type { AccountRepository } from '../ports/account-repository.ts';
import type { SessionRepository } from '../ports/session-repository.ts';
import { issueTokens, nextRefreshToken } from './issue-tokens.ts';
import type { IssuedTokens, TokenDependencies } from './issue-tokens.ts';
import { revokeSessions } from './revoke-sessions.ts';
import type { RevokeSessionsDependencies } from './revoke-sessions.ts';

export interface RefreshSessionProps {
  /** The opaque token of the last login or refresh. */
  readonly refreshToken: string;
}

export interface RefreshSessionDependencies extends TokenDependencies, RevokeSessionsDependencies {
  readonly accounts: AccountRepository;
  readonly sessions: SessionRepository;
  /** Told when a used token came back, after its session was ended. */
  readonly onReuse: (sessionId: string, accountId: string) => void;
}

export type RefreshSessionResult = IssuedTokens;

type Refusal = Exclude<RefreshVerdict, 'rotate'> | 'unknown';

const REFUSALS: Record<Refusal, readonly [code: string, message: string]> = {
  unknown: ['refresh.unknown', 'This refresh token is not known: log in again.'],
  expired: ['refresh.expired', 'This refresh token has expired: log in again.'],
  revoked: ['session.ended', 'This session has ended: log in again.'],
  reused: ['refresh.reused', 'This refresh token was used before, so its session was ended: log in again.'],
};

/**
 * Exchanges a refresh token for its successor and a new access token. A token works once; its second use ends the session
 * with all that belongs to it.
 * @throws DomainError unauthenticated: `refresh.unknown`, `refresh.expired`, `refresh.reused`, `session.ended`
 */
export async function refreshSession(
  props: RefreshSessionProps,
  dependencies: RefreshSessionDependencies,
): Promise<RefreshSessionResult> {
  const { accounts, sessions, clock, refreshTokens } = dependencies;
  const presented = await sessions.findByTokenHash(refreshTokens.hash(props.refreshToken));
  if (presented === null) throw refusal('unknown');
  const { token, session } = presented;
  const now = clock.now();
  const verdict = judgeRefresh(presented, now);
  if (verdict === 'reused') return endReused(session, dependencies);
  if (verdict !== 'rotate') throw refusal(verdict);

  const account = await accounts.findById(session.accountId);
  if (account === null) throw refusal('revoked');
  const refresh = nextRefreshToken(session.id, now, dependencies);
  // Lost to another exchange of the same token in the meantime: that is a reuse like any other.
  const rotated = await sessions.rotate(token.hash, refresh.row);
  if (!rotated) return endReused(session, dependencies);
  return issueTokens(account, refresh, dependencies);
}

async function endReused(session: Session, dependencies: RefreshSessionDependencies): Promise<never> {
  await revokeSessions({ sessionId: session.id, reason: 'refresh-token-reuse' }, dependencies);
  dependencies.onReuse(session.id, session.accountId);
  throw refusal('reused');
}

const refusal = (reason: Refusal): Error => unauthenticated(...REFUSALS[reason]);
