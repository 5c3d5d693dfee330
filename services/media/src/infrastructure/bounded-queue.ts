/** Runs a few tasks at once, lets some wait, and refuses the rest: memory and delay stay bounded whatever arrives. */
export interface BoundedQueue {
  /** @throws what `refusal` makes, at once, when too many wait */
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function createBoundedQueue(options: {
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly refusal: () => Error;
}): BoundedQueue {
  let running = 0;
  const waiting: (() => void)[] = [];
  const enter = async (): Promise<void> => {
    if (running < options.concurrency) {
      running += 1;
      return;
    }
    if (waiting.length >= options.maxWaiting) throw options.refusal();
    // Whoever leaves hands over its place, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return {
    async run(task) {
      await enter();
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}
