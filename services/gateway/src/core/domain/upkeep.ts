import { PRESENCE_RENEWAL_MS } from './presence.ts';
import type { Session } from './session.ts';

export interface UpkeepPolicy {
  /** How long a connection outlives its token, in ms: the time to renew it. */
  readonly tokenGraceMs: number;
  /** Packets that wait for a slow reader at most. */
  readonly maxBufferedPackets: number;
}

export type UpkeepAction = 'end-expired' | 'cut-slow' | 'renew-presence' | 'nothing';

/** What a connection needs now. */
export function upkeepOf(
  policy: UpkeepPolicy,
  session: Pick<Session, 'expiresAt' | 'presenceDueAt'>,
  bufferedPackets: number,
  nowMs: number,
): UpkeepAction {
  if (session.expiresAt + policy.tokenGraceMs <= nowMs) return 'end-expired';
  // It would be served ever older messages from ever more memory; it comes back and syncs instead.
  if (bufferedPackets > policy.maxBufferedPackets) return 'cut-slow';
  return session.presenceDueAt <= nowMs ? 'renew-presence' : 'nothing';
}

export const nextPresenceRenewal = (nowMs: number): number => nowMs + PRESENCE_RENEWAL_MS;
