import { setTimeout as pause } from 'node:timers/promises';

/** Another run beside this one may break at this moment what is asked here. */
export async function untilDone<T>(act: () => Promise<T>, attempts = 30): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await act();
    } catch (error) {
      if (tries === attempts) throw error;
      await pause(500);
    }
}
