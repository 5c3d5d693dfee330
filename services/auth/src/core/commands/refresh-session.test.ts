import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCore } from '../../testing/core.ts';
import { currentAccount } from '../queries/current-account.ts';
import { deleteExpired } from './delete-expired.ts';
import { listRevokedSessions } from '../queries/list-revoked-sessions.ts';
import { logOut } from './log-out.ts';
import { logOutEverywhere } from './log-out-everywhere.ts';
import { refreshSession } from './refresh-session.ts';

const signedIn = async () => {
  const core = createCore();
  await core.register();
  const first = await core.logIn();
  const refresh = (refreshToken: string) => refreshSession({ refreshToken }, core.dependencies);
  const whoami = () =>
    currentAccount({ userId: first.account.id, sessionId: first.sessionId }, core.dependencies);
  return { core, first, refresh, whoami };
};

describe('refreshSession', () => {
  it('gives a successor in the same session', async () => {
    const { first, refresh } = await signedIn();
    const second = await refresh(first.refreshToken);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.sessionId).toBe(first.sessionId);
    await expect(refresh(second.refreshToken)).resolves.toBeDefined();
  });

  it('ends the session when a used token comes back, whichever of the family it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.nat(), async (rotations, pick) => {
        const { core, first, refresh, whoami } = await signedIn();
        const used = [first.refreshToken];
        for (let at = 0; at < rotations; at += 1) used.push((await refresh(used.at(-1) ?? '')).refreshToken);
        const youngest = used.pop() ?? '';
        await expect(refresh(used[pick % used.length] ?? '')).rejects.toMatchObject({
          code: 'refresh.reused',
        });
        await expect(refresh(youngest)).rejects.toMatchObject({ code: 'session.ended' });
        await expect(whoami()).rejects.toMatchObject({ code: 'session.ended' });
        expect(core.reused).toEqual([first.sessionId]);
        expect(core.sessions.events).toMatchObject([
          { subject: first.sessionId, data: { reason: 'refresh-token-reuse', userId: first.account.id } },
        ]);
      }),
      { numRuns: 20 },
    );
  });

  it('takes two exchanges at once for a reuse', async () => {
    const { first, refresh, whoami } = await signedIn();
    const outcomes = await Promise.allSettled([refresh(first.refreshToken), refresh(first.refreshToken)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(whoami()).rejects.toMatchObject({ code: 'session.ended' });
  });

  it('leaves the other sessions of the account alone', async () => {
    const { core, first, refresh } = await signedIn();
    const other = await core.logIn();
    await refresh(first.refreshToken);
    await expect(refresh(first.refreshToken)).rejects.toMatchObject({ code: 'refresh.reused' });
    await expect(refresh(other.refreshToken)).resolves.toBeDefined();
  });

  it('refuses an expired and an unknown token without ending anything', async () => {
    const { core, first, refresh, whoami } = await signedIn();
    await expect(refresh('never-issued-by-anyone')).rejects.toMatchObject({ code: 'refresh.unknown' });
    core.clock.advance(3600);
    await expect(refresh(first.refreshToken)).rejects.toMatchObject({ code: 'refresh.expired' });
    await expect(whoami()).resolves.toBeDefined();
    expect(core.reused).toEqual([]);
  });
});

describe('logOut', () => {
  it('ends the session, and may be repeated', async () => {
    const { core, first, refresh, whoami } = await signedIn();
    await logOut({ refreshToken: first.refreshToken }, core.dependencies);
    await logOut({ refreshToken: first.refreshToken }, core.dependencies);
    await expect(refresh(first.refreshToken)).rejects.toMatchObject({ code: 'session.ended' });
    await expect(whoami()).rejects.toMatchObject({ code: 'session.ended' });
  });

  it('tells of the end once, and until when its access tokens live', async () => {
    const { core, first } = await signedIn();
    await logOut({ refreshToken: first.refreshToken }, core.dependencies);
    await logOut({ refreshToken: first.refreshToken }, core.dependencies);
    const now = core.clock.now();
    expect(core.sessions.events).toMatchObject([
      {
        type: 'auth.session-revoked.v1',
        data: {
          sessionId: first.sessionId,
          reason: 'logout',
          revokedAt: now.toISOString(),
          accessTokensEndAt: new Date(now.getTime() + 600_000).toISOString(),
        },
      },
    ]);
  });

  it('is content with a token it does not know', async () => {
    const { core, whoami } = await signedIn();
    await logOut({ refreshToken: 'never-issued-by-anyone' }, core.dependencies);
    await expect(whoami()).resolves.toBeDefined();
  });
});

describe('logOutEverywhere', () => {
  it("ends all sessions of the account and nobody else's", async () => {
    const { core, first, whoami } = await signedIn();
    const second = await core.logIn();
    await core.register('bob');
    const bob = await core.logIn('bob');
    const caller = { userId: first.account.id, sessionId: first.sessionId };
    await logOutEverywhere(caller, core.dependencies);
    await expect(whoami()).rejects.toMatchObject({ code: 'session.ended' });
    await expect(logOutEverywhere(caller, core.dependencies)).rejects.toMatchObject({
      code: 'session.ended',
    });
    expect(core.sessions.events.map(({ subject }) => subject).sort()).toEqual(
      [first.sessionId, second.sessionId].sort(),
    );
    expect(core.sessions.sessions.get(bob.sessionId)).toMatchObject({ revokedAt: null });
  });
});

describe('listRevokedSessions', () => {
  it('gives what tokens may still be alive of, and from then on what is new, with an overlap', async () => {
    const { core, first } = await signedIn();
    const list = (since?: Date) => listRevokedSessions({ since }, core.dependencies);
    await logOut({ refreshToken: first.refreshToken }, core.dependencies);
    core.clock.advance(600);
    const listed = await list();
    expect(listed).toMatchObject({ complete: true, items: [{ id: first.sessionId }] });
    core.clock.advance(31);
    await expect(list()).resolves.toMatchObject({ items: [] });
    const second = await core.logIn();
    await logOut({ refreshToken: second.refreshToken }, core.dependencies);
    await expect(list(listed.nextSince)).resolves.toMatchObject({ items: [{ id: second.sessionId }] });
    await expect(list(listed.nextSince)).resolves.toMatchObject({ items: [{ id: second.sessionId }] });
  });
});

describe('deleteExpired', () => {
  it('keeps what lives', async () => {
    const { core, refresh, first } = await signedIn();
    await core.logIn();
    core.clock.advance(1800);
    await refresh(first.refreshToken);
    core.clock.advance(1800);
    await expect(deleteExpired(core.dependencies)).resolves.toEqual({ sessions: 1 });
    expect([...core.sessions.sessions.keys()]).toEqual([first.sessionId]);
  });
});
