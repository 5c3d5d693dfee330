import { rateLimited } from '@chatplatform/kit/errors';

export interface BoundedPool {
  /** @throws DomainError `rate-limited` at once when the queue is full */
  run<T>(job: () => Promise<T>): Promise<T>;
  /** Jobs that run or wait. */
  size(): number;
}

export interface BoundedPoolOptions {
  /** Jobs at once. */
  readonly concurrency: number;
  /** Jobs that may wait; beyond them a caller is sent away rather than kept for seconds. */
  readonly maxQueued: number;
}

/** First come, first served. */
export function createBoundedPool({ concurrency, maxQueued }: BoundedPoolOptions): BoundedPool {
  const waiting: (() => void)[] = [];
  let running = 0;

  // The freed place is handed over rather than released: a newcomer cannot overtake the queue.
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  const enter = async (): Promise<void> => {
    if (running < concurrency) {
      running += 1;
      return;
    }
    if (waiting.length >= maxQueued) {
      throw rateLimited('password-work.queue-full', 'Too many logins at once: try again shortly.', 1);
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  };

  return {
    async run(job) {
      await enter();
      try {
        return await job();
      } finally {
        leave();
      }
    },
    size: () => running + waiting.length,
  };
}
