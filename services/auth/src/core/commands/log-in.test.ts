import { describe, expect, it } from '@jest/globals';
import { createCore, PASSWORD } from '../../testing/core.ts';
import { fakeHasher } from '../../testing/fakes.ts';
import { FAILURE_LIMITS, THROTTLE_WINDOW_MS } from '../domain/login-throttle.ts';
import { logIn } from './log-in.ts';

const WRONG = { kind: 'unauthenticated', code: 'credentials.wrong' };
const THROTTLED = { kind: 'rate-limited', code: 'login.throttled' };

describe('logIn', () => {
  it.each(['ada', 'ADA', 'ada@example.org', ' Ada@EXAMPLE.org '])('opens a session for %s', async (login) => {
    const core = createCore();
    const account = await core.register();
    const result = await core.logIn(login);
    expect(result.account.id).toBe(account.id);
    expect(core.sessions.sessions.get(result.sessionId)).toMatchObject({
      accountId: account.id,
      revokedAt: null,
    });
    expect(result.accessToken).toContain(result.sessionId);
    expect([...core.sessions.tokens.keys()]).not.toContain(result.refreshToken);
  });

  it('answers a wrong password and an unknown account alike, after the same work', async () => {
    const core = createCore();
    const { passwordHash } = await core.register();
    await expect(core.logIn('ada', 'wrong')).rejects.toMatchObject(WRONG);
    await expect(core.logIn('nobody', 'wrong')).rejects.toMatchObject(WRONG);
    expect(core.hasher.verified).toEqual([passwordHash, null]);
    expect(core.sessions.sessions.size).toBe(0);
  });

  it('refuses even the right password after too many failures, until the window ends', async () => {
    const core = createCore();
    await core.register();
    for (let tries = 0; tries < FAILURE_LIMITS.pair; tries += 1) {
      await expect(core.logIn('ada', 'wrong')).rejects.toMatchObject(WRONG);
    }
    const verifications = core.hasher.verified.length;
    await expect(core.logIn()).rejects.toMatchObject({
      ...THROTTLED,
      retryAfterSeconds: THROTTLE_WINDOW_MS / 1000,
    });
    expect(core.hasher.verified).toHaveLength(verifications);
    await expect(core.logIn('ada', PASSWORD, '198.51.100.7')).resolves.toBeDefined();
    core.clock.advance(THROTTLE_WINDOW_MS / 1000);
    await expect(core.logIn()).resolves.toBeDefined();
  });

  it('gains a guesser nothing to send all guesses at once', async () => {
    const core = createCore();
    await core.register();
    const guesses = [...Array<string>(FAILURE_LIMITS.pair * 3).fill('wrong'), PASSWORD];
    // Verified one after another, as a pool does, though all were let in before the first failure was counted.
    let previous: Promise<unknown> = Promise.resolve();
    const hasher = {
      ...core.hasher,
      verify: (hash: string | null, password: string) => {
        const turn = previous.then(async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          return core.hasher.verify(hash, password);
        });
        previous = turn;
        return turn;
      },
    };
    const outcomes = await Promise.allSettled(
      guesses.map((password) =>
        logIn({ login: 'ada', password, address: '192.0.2.1' }, { ...core.dependencies, hasher }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(0);
    expect(outcomes.at(-1)).toMatchObject({ reason: THROTTLED });
  });

  it('counts guesses from everywhere against the account', async () => {
    const core = createCore();
    await core.register();
    for (let at = 0; at < FAILURE_LIMITS.account; at += 1) {
      await expect(core.logIn('ada', 'wrong', `10.0.0.${at}`)).rejects.toMatchObject(WRONG);
    }
    await expect(core.logIn('ada', PASSWORD, '10.9.9.9')).rejects.toMatchObject(THROTTLED);
  });

  it('forgets the failures of those who then get in', async () => {
    const core = createCore();
    await core.register();
    for (let round = 0; round < 3; round += 1) {
      for (let tries = 1; tries < FAILURE_LIMITS.pair; tries += 1) {
        await expect(core.logIn('ada', 'wrong')).rejects.toMatchObject(WRONG);
      }
      await expect(core.logIn()).resolves.toBeDefined();
    }
  });

  it('renews a hash made with other parameters, once', async () => {
    const core = createCore();
    const account = await core.register();
    const dependencies = { ...core.dependencies, hasher: fakeHasher('v2') };
    const props = { login: 'ada', password: PASSWORD, address: '192.0.2.1' };
    await logIn(props, dependencies);
    expect(core.accounts.rows.get(account.id)?.passwordHash).toBe(`v2:${PASSWORD}`);
    await expect(logIn(props, dependencies)).resolves.toBeDefined();
  });
});
