import { byTime } from './line.ts';
import type { LogLine } from './line.ts';

/** How long a line waits for earlier ones of other containers, ms: the network brings them in any order. */
const HOLD_MS = 300;

export interface Timers {
  /** Milliseconds, never set back. */
  monotonic(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Puts lines that arrive by many ways into the order in which they were written, as far as they are not too late. */
export class MergeBuffer {
  #held: { readonly line: LogLine; readonly at: number }[] = [];
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  push(line: LogLine): void {
    this.#held.push({ line, at: this.#timers.monotonic() });
  }

  /** Takes out what has waited long enough, and everything that was written before it. */
  take(): LogLine[] {
    const due = this.#timers.monotonic() - HOLD_MS;
    const ripe = this.#held.filter(({ at }) => at <= due).map(({ line }) => line);
    const newest = ripe.toSorted(byTime).at(-1);
    if (newest === undefined) return [];
    const out = this.#held.filter(({ line }) => byTime(line, newest) <= 0).map(({ line }) => line);
    this.#held = this.#held.filter(({ line }) => byTime(line, newest) > 0);
    return out.toSorted(byTime);
  }

  /** Takes out everything. */
  drain(): LogLine[] {
    const out = this.#held.map(({ line }) => line).toSorted(byTime);
    this.#held = [];
    return out;
  }

  /** Hands on what is ripe, again and again, until `signal` aborts. */
  async run(emit: (line: LogLine) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#timers.sleep(HOLD_MS / 3, signal);
      this.take().forEach(emit);
    }
    this.drain().forEach(emit);
  }
}
