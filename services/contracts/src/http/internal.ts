import { z } from 'zod';
import { entityId, timestamp } from '../ids.ts';

/** What services ask one another on `/internal`, with tokens of their own; the edge never routes there. */

/** `GET /internal/revoked-sessions` of auth. */
export const REVOKED_SESSIONS_PATH = '/internal/revoked-sessions';

export const revokedSessionsQuery = z.strictObject({
  /** Revoked at or after it; without: everything of which an access token may still be alive. */
  since: timestamp.optional(),
  /** The next page: after the last item of the one before, whose `revokedAt` is given as `since`. */
  afterSessionId: entityId.optional(),
});

export const revokedSession = z.object({
  sessionId: entityId,
  revokedAt: timestamp,
  accessTokensEndAt: timestamp.describe('by then the last access token of the session has expired'),
});
export type RevokedSession = z.infer<typeof revokedSession>;

export const revokedSessions = z.object({
  /** In the order of `revokedAt`. */
  items: z.array(revokedSession),
  /** False: there is another page. */
  complete: z.boolean(),
  /** Ask since this the next time. It lies back far enough for clocks that differ and for commits that come late. */
  nextSince: timestamp,
});
export type RevokedSessions = z.infer<typeof revokedSessions>;

/** `POST /internal/shown-media` of chat and of user: which of these media a message, or a profile, shows. */
export const SHOWN_MEDIA_PATH = '/internal/shown-media';
export const MOST_MEDIA_ASKED = 200;
export const shownMediaRequest = z.strictObject({ mediaIds: z.array(entityId).max(MOST_MEDIA_ASKED) });
export const shownMediaAnswer = z.object({ shown: z.array(entityId) });
