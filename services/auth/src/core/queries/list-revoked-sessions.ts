import type { Clock } from '@chatplatform/kit/clock';
import type { RevokedSession } from '../domain/session.ts';
import type { SessionRepository } from '../ports/session-repository.ts';

export interface ListRevokedSessionsProps {
  /** @default everything of which an access token may still be alive */
  readonly since?: Date | undefined;
  /** Of those revoked at `since`, only the sessions after this one. */
  readonly afterSessionId?: string | undefined;
}

export interface ListRevokedSessionsDependencies {
  readonly sessions: Pick<SessionRepository, 'revokedSince'>;
  readonly clock: Clock;
  readonly accessTokenTtlSeconds: number;
}

export interface ListRevokedSessionsResult {
  readonly items: readonly RevokedSession[];
  readonly complete: boolean;
  readonly nextSince: Date;
}

/** Sorts before every id. */
const NONE = '00000000-0000-0000-0000-000000000000';
const LIMIT = 5_000;
/**
 * A session is revoked at the time that its process's clock shows, and found once its transaction has committed: what is asked
 * for again covers clocks that differ and commits that take long.
 */
const OVERLAP_MS = 30_000;

/** For services that verify access tokens by themselves: which sessions they must not believe any more. */
export async function listRevokedSessions(
  { since, afterSessionId = NONE }: ListRevokedSessionsProps,
  { sessions, clock, accessTokenTtlSeconds }: ListRevokedSessionsDependencies,
): Promise<ListRevokedSessionsResult> {
  const now = clock.now().getTime();
  const earliest = new Date(now - accessTokenTtlSeconds * 1000 - OVERLAP_MS);
  const items = await sessions.revokedSince({ at: since ?? earliest, afterId: afterSessionId }, LIMIT);
  return { items, complete: items.length < LIMIT, nextSince: new Date(now - OVERLAP_MS) };
}
