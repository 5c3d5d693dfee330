import { backoff, type Random } from '../clock.ts';
import { ApiError, TransportError } from '../errors.ts';

export interface RetryPolicy {
  /** Attempts in all, the first included. */
  maxAttempts: number;
  baseMs: number;
  maxMs: number;
  /** A server that asks for a longer pause is obeyed by giving up: the workqueue waits better than a held request. */
  longestRetryAfterMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 5,
  baseMs: 100,
  maxMs: 5_000,
  longestRetryAfterMs: 30_000,
};

/** The server did not do, or may not have done, what was asked, and may well do it next time. */
const transientStatuses = new Set([500, 502, 503, 504]);

/** 429 means refused before anything was done, so even what is not idempotent may be sent again. */
const mayRetry = (error: unknown, idempotent: boolean): boolean => {
  if (error instanceof TransportError) return idempotent;
  if (!(error instanceof ApiError)) return false;
  return error.status === 429 || (idempotent && transientStatuses.has(error.status));
};

export interface FailedAttempt {
  error: unknown;
  /** Attempts made so far, 1 or more. */
  attempts: number;
  idempotent: boolean;
}

/** How long to wait before another attempt, ms; undefined = give up. */
export const retryDelay = (
  { error, attempts, idempotent }: FailedAttempt,
  policy: RetryPolicy,
  random: Random,
): number | undefined => {
  if (attempts >= policy.maxAttempts || !mayRetry(error, idempotent)) return undefined;
  const asked = error instanceof ApiError ? error.details.retryAfterSeconds : undefined;
  const own = backoff(attempts - 1, { baseMs: policy.baseMs, maxMs: policy.maxMs, jitter: 0.5 }, random);
  if (asked === undefined) return own;
  return asked * 1000 > policy.longestRetryAfterMs ? undefined : asked * 1000 + own;
};
