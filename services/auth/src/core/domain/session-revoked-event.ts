import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { NewEvent } from './registered-event.ts';
import type { RevocationReason, RevokedSession } from './session.ts';

/** When the last access token of a revoked session has expired: a token is as old as its session's end at most. */
export const accessTokensEnd = ({ revokedAt }: Pick<RevokedSession, 'revokedAt'>, ttlSeconds: number): Date =>
  new Date(revokedAt.getTime() + ttlSeconds * 1000);

/** Tells everybody who holds something of the session (live connections, a belief in its tokens) to let go. */
export const sessionRevokedEvent = (
  session: RevokedSession,
  { reason, accessTokenTtlSeconds }: { reason: RevocationReason; accessTokenTtlSeconds: number },
  newEvent: NewEvent,
): CloudEvent =>
  newEvent({
    type: 'auth.session-revoked.v1',
    source: '/services/auth',
    subject: session.id,
    now: session.revokedAt,
    data: {
      sessionId: session.id,
      userId: session.accountId,
      reason,
      revokedAt: session.revokedAt.toISOString(),
      accessTokensEndAt: accessTokensEnd(session, accessTokenTtlSeconds).toISOString(),
    },
  });
