import { currentAccount } from '../queries/current-account.ts';
import type { CurrentAccountDependencies, CurrentAccountProps } from '../queries/current-account.ts';
import { revokeSessions } from './revoke-sessions.ts';
import type { RevokeSessionsDependencies } from './revoke-sessions.ts';

export type LogOutEverywhereDependencies = CurrentAccountDependencies & RevokeSessionsDependencies;

/**
 * Ends every session of the caller's account, the caller's own included.
 * @throws DomainError `session.ended` (unauthenticated): the access token outlived its session
 */
export async function logOutEverywhere(
  caller: CurrentAccountProps,
  dependencies: LogOutEverywhereDependencies,
): Promise<void> {
  const { id } = await currentAccount(caller, dependencies);
  await revokeSessions({ accountId: id, reason: 'logout-everywhere' }, dependencies);
}
