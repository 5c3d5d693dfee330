import type { Account as AccountDto, TokenResponse } from '@chatplatform/contracts/http/auth';
import type { IssuedTokens } from '../core/commands/issue-tokens.ts';
import type { Account } from '../core/domain/account.ts';

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
