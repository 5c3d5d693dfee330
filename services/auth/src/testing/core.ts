import { newEvent } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { logIn } from '../core/commands/log-in.ts';
import type { LogInResult } from '../core/commands/log-in.ts';
import { registerAccount } from '../core/commands/register-account.ts';
import type { Account } from '../core/domain/account.ts';
import { refreshTokenFactory, sha256Hex } from '../infrastructure/refresh-token-factory.ts';
import { fakeClock, fakeHasher, inMemoryAccounts, inMemoryFailedLogins, inMemorySessions } from './fakes.ts';

export const PASSWORD = 'violet tram over fourteen hills';

/** The whole core on fakes; what a command needs is a part of it. */
export function createCore() {
  const clock = fakeClock();
  const reused: string[] = [];
  const dependencies = {
    clock,
    newId,
    newEvent,
    digest: sha256Hex,
    accounts: inMemoryAccounts(),
    sessions: inMemorySessions(),
    failedLogins: inMemoryFailedLogins(),
    hasher: fakeHasher(),
    isLeakedPassword: (password: string) => password === 'password',
    refreshTokens: refreshTokenFactory,
    refreshTokenTtlSeconds: 3600,
    accessTokenTtlSeconds: 600,
    accessTokens: {
      issue: async (account: Account, sessionId: string) => ({
        token: `access:${account.id}:${sessionId}`,
        expiresInSeconds: 600,
      }),
    },
    onReuse: (sessionId: string) => void reused.push(sessionId),
  };
  return {
    ...dependencies,
    dependencies,
    reused,
    register: async (username = 'ada'): Promise<Account> => {
      const email = `${username}@Example.org`;
      const props = { username, email, displayName: username, password: PASSWORD };
      return (await registerAccount(props, dependencies)).account;
    },
    logIn: (login = 'ada', password = PASSWORD, address = '192.0.2.1'): Promise<LogInResult> =>
      logIn({ login, password, address }, dependencies),
  };
}
