import type { Account as AccountDto, TokenResponse } from '@chatplatform/contracts/http/auth';
import type { RevokedSessions } from '@chatplatform/contracts/http/internal';
import type { IssuedTokens } from '../core/commands/issue-tokens.ts';
import type { Account } from '../core/domain/account.ts';
import { accessTokensEnd } from '../core/domain/session-revoked-event.ts';
import type { ListRevokedSessionsResult } from '../core/queries/list-revoked-sessions.ts';

export const presentAccount = (account: Account): AccountDto => ({
  id: account.id,
  email: account.email,
  username: account.username,
  displayName: account.displayName,
  roles: [...account.roles],
  createdAt: account.createdAt.toISOString(),
});

export const presentTokens = (tokens: IssuedTokens): TokenResponse => ({
  accessToken: tokens.accessToken,
  refreshToken: tokens.refreshToken,
  expiresInSeconds: tokens.expiresInSeconds,
  account: presentAccount(tokens.account),
});

export const presentRevokedSessions = (
  { items, complete, nextSince }: ListRevokedSessionsResult,
  accessTokenTtlSeconds: number,
): RevokedSessions => ({
  items: items.map((session) => ({
    sessionId: session.id,
    revokedAt: session.revokedAt.toISOString(),
    accessTokensEndAt: accessTokensEnd(session, accessTokenTtlSeconds).toISOString(),
  })),
  complete,
  nextSince: nextSince.toISOString(),
});
