import type { Clock } from '@chatplatform/kit/clock';

/** Time that passes only when everything else has come to rest: seconds of a simulation in milliseconds. */
export class VirtualTime implements Clock {
  #nowMs = 0;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): Date {
    return new Date(this.#nowMs);
  }

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => {
      this.#sleepers.push({ at: this.#nowMs + milliseconds, wake });
    });

  async runUntil(endMs: number): Promise<void> {
    for (;;) {
      await new Promise((rested) => setImmediate(rested));
      const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
      if (!next || next.at > endMs) return;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      this.#nowMs = next.at;
      next.wake();
    }
  }
}
