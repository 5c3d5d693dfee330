import type { PresentedToken, RefreshToken, RevocationReason, Session } from '../domain/session.ts';

export interface SessionRepository {
  /** Stores a new session with its first refresh token: both or neither. */
  open(session: Session, token: RefreshToken): Promise<void>;
  findById(id: string): Promise<Session | null>;
  findByTokenHash(hash: string): Promise<PresentedToken | null>;
  /**
   * Marks the presented token used, stores its successor, and prolongs the session to it: all or nothing. False, with nothing written, when the token
   * was used or its session revoked in the meantime; of two at once exactly one succeeds.
   */
  rotate(presentedHash: string, next: RefreshToken): Promise<boolean>;
  /** Ends the session; the first reason given stays. */
  revoke(id: string, reason: RevocationReason, at: Date): Promise<void>;
  /** Deletes at most `limit` sessions (answers how many) and at most as many tokens of living ones that expired by then. */
  deleteExpired(expiredBy: Date, limit: number): Promise<number>;
}
