import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until `condition` holds. @throws when it does not in time, with the last value seen */
export const eventually = async <T>(
  read: () => Promise<T> | T,
  condition: (value: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (condition(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`not so after ${timeoutMs} ms; last seen: ${JSON.stringify(value)}`);
    await sleep(20);
  }
};
