import type { Clock } from '@chatplatform/kit/clock';
import type { NewEvent } from '../domain/registered-event.ts';
import { sessionRevokedEvent } from '../domain/session-revoked-event.ts';
import type { RevocationReason } from '../domain/session.ts';
import type { SessionRepository } from '../ports/session-repository.ts';

export type RevokeSessionsProps = ({ readonly sessionId: string } | { readonly accountId: string }) & {
  readonly reason: RevocationReason;
};

export interface RevokeSessionsDependencies {
  readonly sessions: Pick<SessionRepository, 'revoke'>;
  readonly clock: Clock;
  readonly newEvent: NewEvent;
  readonly accessTokenTtlSeconds: number;
}

/** Ends one session or all of an account, whatever the reason: the one place where sessions end before their time. */
export async function revokeSessions(
  props: RevokeSessionsProps,
  { sessions, clock, newEvent, accessTokenTtlSeconds }: RevokeSessionsDependencies,
): Promise<void> {
  const { reason } = props;
  await sessions.revoke(props, {
    reason,
    at: clock.now(),
    eventOf: (session) => sessionRevokedEvent(session, { reason, accessTokenTtlSeconds }, newEvent),
  });
}
