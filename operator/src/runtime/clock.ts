/** Time as a dependency: everything in the runtime that waits or stamps takes a Clock, so tests turn it by hand. */
export interface Clock {
  /** Wall time in ms since the epoch: for stamps that others read. It may jump. */
  now(): number;
  /** Monotonic ms from an arbitrary origin: for deadlines. It never jumps back and runs on while the process is stopped. */
  monotonic(): number;
  /** Calls `fire` once after `ms`; the answer cancels it. */
  schedule(ms: number, fire: () => void): () => void;
}

/** `setTimeout` fires at once when asked for more than this. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: (ms, fire) => {
    const timer = setTimeout(fire, Math.min(Math.max(0, ms), LONGEST_TIMEOUT_MS));
    return () => clearTimeout(timer);
  },
};

/** A number in [0, 1). */
export type Random = () => number;

/** Resolves after `ms`, or at once when `signal` aborts: the caller looks at the signal. */
export const sleep = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.schedule(ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });

export interface BackoffOptions {
  baseMs: number;
  maxMs: number;
  /** Share of the delay that is drawn at random, 0..1. */
  jitter: number;
}

/** The delay before attempt `failures + 1`: doubles from `baseMs` to `maxMs`, less up to `jitter` of itself. */
export const backoff = (
  failures: number,
  { baseMs, maxMs, jitter }: BackoffOptions,
  random: Random,
): number => {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(failures, 52));
  return full * (1 - jitter * random());
};
