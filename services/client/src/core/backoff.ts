/** Waiting times of something that is tried again. */
export interface BackoffPolicy {
  /** Of the first wait, in ms. */
  readonly firstMs: number;
  /** No wait is longer, in ms, unless the server asks for it. */
  readonly longestMs: number;
}

/**
 * Exponential with equal jitter: half of the wait is fixed, half random, so that clients that failed together do not
 * return together, and none returns at once.
 *
 * @param failures how often it failed so far, 1 after the first time
 * @param random 0 <= x < 1
 * @param retryAfterMs what the server asks for; never undercut
 */
export function backoffMs(
  { firstMs, longestMs }: BackoffPolicy,
  failures: number,
  random: number,
  retryAfterMs = 0,
): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  const wait = ceiling / 2 + (ceiling / 2) * random;
  // Spread also what the server asks for: it tells many the same.
  return Math.max(wait, retryAfterMs * (1 + random / 4));
}
