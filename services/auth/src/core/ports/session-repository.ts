import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type {
  PresentedToken,
  RefreshToken,
  RevocationReason,
  RevokedSession,
  Session,
} from '../domain/session.ts';

export interface Revocation {
  readonly reason: RevocationReason;
  readonly at: Date;
  readonly eventOf: (session: RevokedSession) => CloudEvent;
}

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
  /**
   * Ends the session, or all of an account, and stores the event of each in the same write. One that has ended stays as it
   * is, with no second event.
   */
  revoke(
    which: { readonly sessionId: string } | { readonly accountId: string },
    revocation: Revocation,
  ): Promise<void>;
  /** Sessions revoked at that time, with a higher id, or later; in the order of time and id; `limit` at most. */
  revokedSince(from: { at: Date; afterId: string }, limit: number): Promise<readonly RevokedSession[]>;
  /** Deletes at most `limit` sessions (answers how many) and at most as many tokens of living ones that expired by then. */
  deleteExpired(expiredBy: Date, limit: number): Promise<number>;
}
