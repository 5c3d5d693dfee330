import type { Clock } from '@chatplatform/kit/clock';
import { windowFloor } from '../domain/login-throttle.ts';
import type { FailedLoginStore } from '../ports/failed-login-store.ts';
import type { SessionRepository } from '../ports/session-repository.ts';

export interface DeleteExpiredDependencies {
  readonly sessions: SessionRepository;
  readonly failedLogins: FailedLoginStore;
  readonly clock: Clock;
}

export interface DeleteExpiredResult {
  readonly sessions: number;
}

/** Small, so that no transaction holds many rows. */
const BATCH = 500;

/** Sweeps what can no longer matter: expired sessions and tokens, and closed windows of failed logins. */
export async function deleteExpired({
  sessions,
  failedLogins,
  clock,
}: DeleteExpiredDependencies): Promise<DeleteExpiredResult> {
  const now = clock.now();
  let deleted = 0;
  let batch: number;
  do {
    batch = await sessions.deleteExpired(now, BATCH);
    deleted += batch;
  } while (batch === BATCH);
  await failedLogins.deleteStale(windowFloor(now));
  return { sessions: deleted };
}
