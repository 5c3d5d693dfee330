/**
 * A session is one sign-in on one device and, at once, one refresh-token family: every token that rotation makes belongs
 * to it, and ending it ends them all. Access tokens name it in `sid`.
 */
export interface Session {
  readonly id: string;
  readonly accountId: string;
  readonly createdAt: Date;
  /** When its youngest refresh token expires. */
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export type RevocationReason = 'logout' | 'logout-everywhere' | 'refresh-token-reuse';

/** Where no access token of a session may be believed any more, though it has not expired. */
export interface RevokedSession {
  readonly id: string;
  readonly accountId: string;
  readonly revokedAt: Date;
}

/** What is kept of a refresh token: its SHA-256, so that a stolen table signs nobody in. */
export interface RefreshToken {
  readonly hash: string;
  readonly sessionId: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** When it was exchanged for its successor. */
  readonly usedAt: Date | null;
}

export interface PresentedToken {
  readonly token: RefreshToken;
  readonly session: Session;
}

export type RefreshVerdict = 'rotate' | 'reused' | 'expired' | 'revoked';

/**
 * What presenting a refresh token means. A used token of a living session proves that two parties hold the family, and
 * which of them is the owner cannot be told: the session has to end. That outranks expiry, because the thief may hold a
 * younger token.
 */
export function judgeRefresh({ token, session }: PresentedToken, now: Date): RefreshVerdict {
  if (session.revokedAt !== null) return 'revoked';
  if (token.usedAt !== null) return 'reused';
  if (token.expiresAt.getTime() <= now.getTime()) return 'expired';
  return 'rotate';
}
