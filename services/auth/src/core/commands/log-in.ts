import type { Clock } from '@chatplatform/kit/clock';
import { rateLimited, unauthenticated } from '@chatplatform/kit/errors';
import { loginKey } from '../domain/account.ts';
import type { Account } from '../domain/account.ts';
import { secondsUntilAllowed, throttleKeys, windowFloor } from '../domain/login-throttle.ts';
import type { ThrottleKey } from '../domain/login-throttle.ts';
import type { AccountRepository } from '../ports/account-repository.ts';
import type { FailedLoginStore } from '../ports/failed-login-store.ts';
import type { PasswordHasher } from '../ports/password-hasher.ts';
import type { SessionRepository } from '../ports/session-repository.ts';
import { issueTokens, nextRefreshToken } from './issue-tokens.ts';
import type { IssuedTokens, TokenDependencies } from './issue-tokens.ts';

export interface LogInProps {
  /** Username or e-mail address, in any letter case. */
  readonly login: string;
  readonly password: string;
  /** The client's address as the edge reports it. */
  readonly address: string;
}

export interface LogInDependencies extends TokenDependencies {
  readonly accounts: AccountRepository;
  readonly sessions: SessionRepository;
  readonly failedLogins: FailedLoginStore;
  readonly hasher: PasswordHasher;
  readonly digest: (text: string) => string;
  readonly clock: Clock;
  readonly newId: () => string;
}

export type LogInResult = IssuedTokens;

/**
 * Opens a session. An unknown account and a wrong password are told apart neither by the answer nor by the work done.
 * @throws DomainError `credentials.wrong` (unauthenticated), `login.throttled` (rate-limited), or `rate-limited` when the
 *   queue of password work is full
 */
export async function logIn(props: LogInProps, dependencies: LogInDependencies): Promise<LogInResult> {
  const login = loginKey(props.login);
  const keys = throttleKeys(login, props.address, dependencies.digest);
  await refuseThrottled(keys, dependencies);

  const account = await dependencies.accounts.findByLogin(login);
  const matches = await dependencies.hasher.verify(account?.passwordHash ?? null, props.password);
  // Again, because guesses sent all at once passed the first check together: beyond the limit even a right one tells nothing.
  await refuseThrottled(keys, dependencies);
  if (account === null || !matches) {
    await recordFailure(keys, dependencies);
    throw unauthenticated('credentials.wrong', 'The login or the password is wrong.');
  }

  await forgetFailures(keys, dependencies);
  await renewOutdatedHash(account, props.password, dependencies);
  return openSession(account, dependencies);
}

async function refuseThrottled(
  keys: readonly ThrottleKey[],
  { failedLogins, clock }: LogInDependencies,
): Promise<void> {
  const now = clock.now();
  const names = keys.map(({ key }) => key);
  const wait = secondsUntilAllowed(keys, await failedLogins.counts(names, windowFloor(now)), now);
  if (wait !== null) {
    throw rateLimited('login.throttled', 'Too many failed logins: wait before the next attempt.', wait);
  }
}

async function recordFailure(
  keys: readonly ThrottleKey[],
  { failedLogins, clock }: LogInDependencies,
): Promise<void> {
  const now = clock.now();
  await failedLogins.recordFailure(
    keys.map(({ key }) => key),
    now,
    windowFloor(now),
  );
}

/** Only the owner's own pair: one's successes must not wipe out what others guess at the account or from the address. */
async function forgetFailures(
  keys: readonly ThrottleKey[],
  { failedLogins }: LogInDependencies,
): Promise<void> {
  const pair = keys.find(({ scope }) => scope === 'pair');
  if (pair !== undefined) await failedLogins.clear(pair.key);
}

async function renewOutdatedHash(
  account: Account,
  password: string,
  { accounts, hasher }: LogInDependencies,
): Promise<void> {
  if (!hasher.isOutdated(account.passwordHash)) return;
  await accounts.replacePasswordHash(account.id, account.passwordHash, await hasher.hash(password));
}

async function openSession(account: Account, dependencies: LogInDependencies): Promise<LogInResult> {
  const now = dependencies.clock.now();
  const refresh = nextRefreshToken(dependencies.newId(), now, dependencies);
  const { sessionId, expiresAt } = refresh.row;
  await dependencies.sessions.open(
    { id: sessionId, accountId: account.id, createdAt: now, expiresAt, revokedAt: null },
    refresh.row,
  );
  return issueTokens(account, refresh, dependencies);
}
