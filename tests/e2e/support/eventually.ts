import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats `probe` until it gives a value; the last error, or what it was waiting for, is in the failure. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  { timeoutMs = 60_000, everyMs = 500 } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      lastError = error;
    }
    await sleep(everyMs);
  }
  const reason = lastError === undefined ? '' : `; last error: ${String(lastError)}`;
  throw new Error(`not within ${timeoutMs} ms: ${what}${reason}`);
}
