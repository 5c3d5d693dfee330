import type { Account } from '../domain/account.ts';
import type { RefreshToken } from '../domain/session.ts';
import type { AccessTokenIssuer, RefreshTokenFactory } from '../ports/token-issuer.ts';

export interface TokenDependencies {
  readonly accessTokens: AccessTokenIssuer;
  readonly refreshTokens: RefreshTokenFactory;
  /** How long a refresh token lives unused; each rotation starts anew. */
  readonly refreshTokenTtlSeconds: number;
}

/** What a client gets at login and at each refresh. */
export interface IssuedTokens {
  readonly account: Account;
  readonly sessionId: string;
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly refreshToken: string;
}

export interface NextRefreshToken {
  readonly secret: string;
  readonly row: RefreshToken;
}

export function nextRefreshToken(sessionId: string, now: Date, tokens: TokenDependencies): NextRefreshToken {
  const { secret, hash } = tokens.refreshTokens.create();
  const expiresAt = new Date(now.getTime() + tokens.refreshTokenTtlSeconds * 1000);
  return { secret, row: { hash, sessionId, issuedAt: now, expiresAt, usedAt: null } };
}

export async function issueTokens(
  account: Account,
  refresh: NextRefreshToken,
  tokens: TokenDependencies,
): Promise<IssuedTokens> {
  const { sessionId, issuedAt } = refresh.row;
  const { token, expiresInSeconds } = await tokens.accessTokens.issue(account, sessionId, issuedAt);
  return { account, sessionId, accessToken: token, expiresInSeconds, refreshToken: refresh.secret };
}
