import { DomainError } from '@chatplatform/kit/errors';
import { ADMIN_ROLE, loginKey } from '../domain/account.ts';
import { registerAccount } from './register-account.ts';
import type { RegisterAccountDependencies } from './register-account.ts';

export interface BootstrapAdminProps {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** `name-or-email-taken`: someone else holds one of the two, so that nobody was made an admin. */
export type BootstrapAdminResult = 'created' | 'present' | 'name-or-email-taken';

/**
 * Creates the first administrator unless there is one of this name. Never changes an account that exists: its password may
 * have been changed since. Replicas may do this at once.
 * @throws DomainError `password.weak`
 */
export async function bootstrapAdmin(
  props: BootstrapAdminProps,
  dependencies: RegisterAccountDependencies,
): Promise<BootstrapAdminResult> {
  const found = async (): Promise<BootstrapAdminResult | null> => {
    const account = await dependencies.accounts.findByLogin(loginKey(props.username));
    if (account === null) return null;
    return account.roles.includes(ADMIN_ROLE) ? 'present' : 'name-or-email-taken';
  };
  const before = await found();
  if (before !== null) return before;
  try {
    await registerAccount({ ...props, displayName: props.username, roles: [ADMIN_ROLE] }, dependencies);
    return 'created';
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'conflict') throw error;
    // Another replica may have been faster.
    return (await found()) ?? 'name-or-email-taken';
  }
}
