import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { revokedSessionsQuery } from '@chatplatform/contracts/http/internal';
import type { RevokedSession } from '@chatplatform/contracts/http/internal';
import { createInternalTokens } from './access.ts';
import { newEvent } from './events.ts';
import type { CloudEvent, ListenOptions } from './events.ts';
import { newId } from './ids.ts';
import { createLogger } from './logger.ts';
import { watchRevokedSessions } from './revoked-sessions.ts';
import { eventually } from './testing/eventually.ts';

const key = Buffer.alloc(32, 5).toString('base64');
const logger = createLogger({ service: 'test', level: 'silent' });
const inMs = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();
const ended = (more: Partial<RevokedSession> = {}): RevokedSession => ({
  sessionId: newId(),
  revokedAt: inMs(0),
  accessTokensEndAt: inMs(600_000),
  ...more,
});
const eventOf = ({ sessionId, revokedAt, accessTokensEndAt }: RevokedSession): CloudEvent =>
  newEvent({
    type: 'auth.session-revoked.v1',
    source: '/services/auth',
    subject: sessionId,
    data: { sessionId, userId: newId(), reason: 'logout', revokedAt, accessTokensEndAt },
    now: new Date(),
  });

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Stands for auth: gives pages of at most two, and nothing without a token of a service. */
async function startAuth() {
  const auth = { items: [] as RevokedSession[], asked: [] as (string | undefined)[], away: false, url: '' };
  const tokens = createInternalTokens({ key, service: 'auth' });
  const server: Server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '', 'http://auth');
      const { since, afterSessionId } = revokedSessionsQuery.parse(Object.fromEntries(url.searchParams));
      auth.asked.push(since);
      await tokens.verify((request.headers.authorization ?? '').replace('Bearer ', ''));
      if (auth.away || url.pathname !== '/internal/revoked-sessions') throw new Error('away');
      const from = auth.items.findIndex(({ sessionId }) => sessionId === afterSessionId) + 1;
      const found = auth.items
        .slice(from)
        .filter(({ revokedAt }) => since === undefined || revokedAt >= since);
      response.end(
        JSON.stringify({ items: found.slice(0, 2), complete: found.length <= 2, nextSince: inMs(-30_000) }),
      );
    })().catch(() => response.writeHead(503).end('away'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  auth.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return auth;
}

async function watch(authUrl: string) {
  let publish: ListenOptions['handle'] = () => undefined;
  const heard: string[] = [];
  const revoked = await watchRevokedSessions({
    authUrl,
    tokens: createInternalTokens({ key, service: 'gateway' }),
    bus: { listen: async ({ handle }) => void (publish = handle) },
    clock: { now: () => new Date() },
    logger,
    intervalMs: 10,
  });
  closing.push(() => revoked.stop());
  revoked.onRevoked((sessionId) => heard.push(sessionId));
  return { revoked, heard, publish: (event: CloudEvent) => publish(event) };
}

const knows = (revoked: { has(id: string): boolean }, { sessionId }: RevokedSession) =>
  eventually(
    () => revoked.has(sessionId),
    (has) => has,
  );

describe('ended sessions', () => {
  test('are known from before the start, and from then on, without the broker', async () => {
    const auth = await startAuth();
    const [before, after] = [ended(), ended()];
    auth.items = [before];
    const { revoked, heard } = await watch(auth.url);
    await knows(revoked, before);
    auth.items.push(after);
    await knows(revoked, after);
    expect(heard).toEqual([before.sessionId, after.sessionId]);
    expect(auth.asked[0]).toBeUndefined();
    // What it knows by then may have come of two first readings.
    await eventually(
      () => auth.asked.at(-1),
      (since) => since !== undefined,
    );
    expect(revoked.has(newId())).toBe(false);
  });

  test('are heard of by the broker while auth is away, and told once', async () => {
    const auth = await startAuth();
    auth.away = true;
    const { revoked, heard, publish } = await watch(auth.url);
    const session = ended();
    publish(eventOf(session));
    publish(eventOf(session));
    expect(revoked.has(session.sessionId)).toBe(true);
    auth.items = [session, ended()];
    auth.away = false;
    await eventually(
      () => heard.length,
      (count) => count === 2,
    );
    expect(heard[0]).toBe(session.sessionId);
  });

  test('are all read when they come in pages', async () => {
    const auth = await startAuth();
    const at = inMs(-1_000);
    auth.items = Array.from({ length: 5 }, () => ended({ revokedAt: at }));
    const { heard } = await watch(auth.url);
    await eventually(
      () => heard.length,
      (count) => count === 5,
    );
    expect(heard).toEqual(auth.items.map(({ sessionId }) => sessionId));
  });

  test('are forgotten when their tokens have expired', async () => {
    const auth = await startAuth();
    const old = ended({ accessTokensEndAt: inMs(-120_000) });
    const [expiring, living] = [ended({ accessTokensEndAt: inMs(-59_500) }), ended()];
    auth.items = [old, expiring, living];
    const { revoked, heard } = await watch(auth.url);
    await knows(revoked, living);
    await eventually(
      () => revoked.has(expiring.sessionId),
      (has) => !has,
    );
    expect(heard).toEqual([expiring.sessionId, living.sessionId]);
  });
});
