import { REVOKED_SESSIONS_PATH, revokedSessions } from '@chatplatform/contracts/http/internal';
import type { RevokedSession, RevokedSessions as RevokedPage } from '@chatplatform/contracts/http/internal';
import { decodeEvent } from '@chatplatform/contracts/events/decode';
import type { InternalTokens } from './access.ts';
import type { Clock } from './clock.ts';
import type { CloudEvent, EventBus } from './events.ts';
import type { Logger } from './logger.ts';
import { createGauge } from './metrics.ts';
import { startPeriodic } from './periodic.ts';

/** Sessions that ended before their access tokens did. */
export interface RevokedSessions {
  has(sessionId: string): boolean;
  /** Called once a session, however it became known. */
  onRevoked(listener: (sessionId: string) => void): void;
}

export type WatchOptions = {
  /** `http://<auth>:8080` */
  readonly authUrl: string;
  readonly tokens: Pick<InternalTokens, 'mint'>;
  readonly bus: Pick<EventBus, 'listen'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From the end of one reading to the next. Default 1 s. */
  readonly intervalMs?: number;
};

/** Clocks of processes differ. */
const MARGIN_MS = 60_000;
const REQUEST_TIMEOUT_MS = 3_000;

const lastRead = createGauge({
  name: 'revoked_sessions_last_read_timestamp_seconds',
  help: 'When auth last told which sessions have ended.',
});

/**
 * Learns of ended sessions in two ways. The broker is the quick one: auth's event is heard within milliseconds, but not by
 * a process that has no connection just then. The sure one is to ask auth every second, where sessions end and what tells
 * of it is stored in the same write; it depends on neither broker nor Redis. While auth is away no session can end.
 */
export const watchRevokedSessions = async ({
  authUrl,
  tokens,
  bus,
  clock,
  logger,
  intervalMs = 1_000,
}: WatchOptions): Promise<RevokedSessions & { stop(): Promise<void> }> => {
  /** Session id -> when its last access token has expired, in ms: then it may be forgotten. */
  const revoked = new Map<string, number>();
  const listeners: ((sessionId: string) => void)[] = [];
  let since: string | undefined;

  const note = ({ sessionId, accessTokensEndAt }: Omit<RevokedSession, 'revokedAt'>): void => {
    const until = Date.parse(accessTokensEndAt) + MARGIN_MS;
    if (revoked.has(sessionId) || until <= clock.now().getTime()) return;
    revoked.set(sessionId, until);
    for (const tell of listeners) tell(sessionId);
  };

  const readPage = async (from: string | undefined, afterSessionId?: string): Promise<RevokedPage> => {
    const url = new URL(REVOKED_SESSIONS_PATH, authUrl);
    if (from !== undefined) url.searchParams.set('since', from);
    if (afterSessionId !== undefined) url.searchParams.set('afterSessionId', afterSessionId);
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${await tokens.mint('auth')}` },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`auth answered ${response.status}: ${await response.text()}`);
    return revokedSessions.parse(await response.json());
  };

  const read = async (): Promise<void> => {
    let page = await readPage(since);
    const { nextSince } = page;
    for (;;) {
      page.items.forEach(note);
      const last = page.items.at(-1);
      if (page.complete || last === undefined) break;
      page = await readPage(last.revokedAt, last.sessionId);
    }
    since = nextSince;
    lastRead.set(clock.now().getTime() / 1000);
    forgetExpired();
  };

  const forgetExpired = (): void => {
    const now = clock.now().getTime();
    for (const [sessionId, until] of revoked) if (until <= now) revoked.delete(sessionId);
  };

  const hear = (event: CloudEvent): void => {
    const known = decodeEvent(event);
    if (known.type === 'auth.session-revoked.v1') note(known.data);
  };
  await bus.listen({ types: ['auth.session-revoked.v1'], handle: hear });
  // Not awaited: a service starts while auth is away, and then nobody can be let in either, for want of keys.
  const first = read().catch(() => undefined);
  const reading = startPeriodic({ name: 'reading which sessions have ended', logger, intervalMs, run: read });

  return {
    has: (sessionId) => revoked.has(sessionId),
    onRevoked: (listener) => void listeners.push(listener),
    async stop() {
      await Promise.all([first, reading.stop()]);
    },
  };
};
