import { PRESENCE_RENEWAL_MS } from './presence.ts';
import type { Session } from './session.ts';

export interface UpkeepPolicy {
  /** How long a connection outlives its token, in ms: the time to renew it. */
  readonly tokenGraceMs: number;
}

export type UpkeepAction = 'end-expired' | 'renew-presence' | 'nothing';

/** What a connection needs now. */
export function upkeepOf(
  policy: UpkeepPolicy,
  session: Pick<Session, 'expiresAt' | 'presenceDueAt'>,
  nowMs: number,
): UpkeepAction {
  if (session.expiresAt + policy.tokenGraceMs <= nowMs) return 'end-expired';
  return session.presenceDueAt <= nowMs ? 'renew-presence' : 'nothing';
}

export const nextPresenceRenewal = (nowMs: number): number => nowMs + PRESENCE_RENEWAL_MS;
