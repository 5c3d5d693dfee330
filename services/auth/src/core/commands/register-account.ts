import type { RegisterRequest } from '@chatplatform/contracts/http/auth';
import type { Clock } from '@chatplatform/kit/clock';
import { conflict, invalid } from '@chatplatform/kit/errors';
import type { Account } from '../domain/account.ts';
import { passwordWeakness } from '../domain/password-policy.ts';
import { registeredEvent } from '../domain/registered-event.ts';
import type { NewEvent } from '../domain/registered-event.ts';
import type { AccountRepository, CreateAccountOutcome } from '../ports/account-repository.ts';
import type { PasswordHasher } from '../ports/password-hasher.ts';

export interface RegisterAccountProps extends RegisterRequest {
  /** What the account may do beyond what everyone may. @default [] */
  readonly roles?: readonly string[];
}

export interface RegisterAccountDependencies {
  readonly accounts: AccountRepository;
  readonly hasher: PasswordHasher;
  readonly isLeakedPassword: (lowerCased: string) => boolean;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly newEvent: NewEvent;
}

export interface RegisterAccountResult {
  readonly account: Account;
}

/**
 * Makes an account and, in the same write, the event that gives it a profile.
 * @throws DomainError `password.weak` (invalid), `email.taken` or `username.taken` (conflict), each naming its field;
 *   `rate-limited` when the queue of password work is full
 */
export async function registerAccount(
  props: RegisterAccountProps,
  { accounts, hasher, isLeakedPassword, clock, newId, newEvent }: RegisterAccountDependencies,
): Promise<RegisterAccountResult> {
  const weakness = passwordWeakness(props.password, {
    personal: [props.username, props.email, props.displayName],
    isLeaked: isLeakedPassword,
  });
  if (weakness !== null) {
    throw invalid('password.weak', 'The password is too easy to guess.', [
      { field: 'password', message: weakness },
    ]);
  }

  const account: Account = {
    id: newId(),
    email: props.email,
    username: props.username,
    displayName: props.displayName,
    roles: props.roles ?? [],
    passwordHash: await hasher.hash(props.password),
    createdAt: clock.now(),
  };
  refuseTaken(await accounts.create(account, registeredEvent(account, newEvent)));
  return { account };
}

function refuseTaken(outcome: CreateAccountOutcome): void {
  if (outcome === 'email-taken') {
    throw conflict('email.taken', 'There is an account with this e-mail address.', [
      { field: 'email', message: 'is in use: log in, or use another address' },
    ]);
  }
  if (outcome === 'username-taken') {
    throw conflict('username.taken', 'There is an account with this username.', [
      { field: 'username', message: 'is in use: choose another one' },
    ]);
  }
}
