/**
 * The generic cell rate algorithm: a token bucket whose whole state is one number, which matters with ten thousand
 * connections a process.
 */
export interface RateLimit {
  readonly perSecond: number;
  /** Let through at once after a silence. */
  readonly burst: number;
}

export interface RateDecision {
  readonly allowed: boolean;
  /** The state to keep: the moment, in ms, at which the bucket is full again. 0 for a new one. */
  readonly fullAt: number;
  /** Until one more would be allowed; 0 when allowed. */
  readonly retryAfterMs: number;
}

export function takeOne(limit: RateLimit, fullAt: number, nowMs: number): RateDecision {
  const interval = 1000 / limit.perSecond;
  const next = Math.max(fullAt, nowMs) + interval;
  const earliest = next - interval * limit.burst;
  return earliest <= nowMs
    ? { allowed: true, fullAt: next, retryAfterMs: 0 }
    : { allowed: false, fullAt, retryAfterMs: earliest - nowMs };
}

export const TYPING_LIMIT: RateLimit = { perSecond: 2, burst: 10 };
/** Of lists of who is there: each asks the chat service once and Redis a hundred times. */
export const LIST_LIMIT: RateLimit = { perSecond: 2, burst: 50 };
