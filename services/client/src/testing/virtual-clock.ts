import type { Clock } from '../edge/clock.ts';

export interface VirtualClock extends Clock {
  /** Lets this much time pass: runs what is due in between, in order, with everything that follows from it at once. */
  pass(milliseconds: number): Promise<void>;
}

/** Enough turns of the event loop for a chain of promises to settle. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function virtualClock(): VirtualClock {
  let time = 1_000_000;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => time,
    after(milliseconds, run) {
      const timer = { at: time + milliseconds, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async pass(milliseconds) {
      const end = time + milliseconds;
      await settled();
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        time = next.at;
        next.run();
        await settled();
      }
      time = end;
    },
  };
}
