import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  timeoutMs: number;
  intervalMs: number;
  /** Makes the error that is thrown when the time is over. */
  timeout: () => Error | Promise<Error>;
}

/** Asks again and again until the answer is yes. Errors of `condition` pass: it knows what may be awaited. */
export async function waitFor(condition: () => Promise<boolean>, options: WaitOptions): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw await options.timeout();
    await sleep(options.intervalMs);
  }
}
