import { unauthenticated } from '@chatplatform/kit/errors';
import type { Account } from '../domain/account.ts';
import type { AccountRepository } from '../ports/account-repository.ts';
import type { SessionRepository } from '../ports/session-repository.ts';

export interface CurrentAccountProps {
  readonly userId: string;
  readonly sessionId: string;
}

export interface CurrentAccountDependencies {
  readonly accounts: AccountRepository;
  readonly sessions: SessionRepository;
}

/**
 * Whose session this is. The access token may outlive its session by minutes; here, where the sessions are kept, it does not.
 * @throws DomainError `session.ended` (unauthenticated)
 */
export async function currentAccount(
  { userId, sessionId }: CurrentAccountProps,
  { accounts, sessions }: CurrentAccountDependencies,
): Promise<Account> {
  const [account, session] = await Promise.all([accounts.findById(userId), sessions.findById(sessionId)]);
  if (
    account === null ||
    session === null ||
    session.revokedAt !== null ||
    session.accountId !== account.id
  ) {
    throw unauthenticated('session.ended', 'This session has ended: log in again.');
  }
  return account;
}
