import type { Clock } from '../src/runtime/clock.ts';

interface Timer {
  at: number;
  fire: () => void;
}

/** A clock that stands still until told otherwise. */
export class FakeClock implements Clock {
  #monotonic = 0;
  #wall: number;
  #timers: Timer[] = [];

  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }

  schedule(ms: number, fire: () => void): () => void {
    const timer = { at: this.#monotonic + Math.max(0, ms), fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves time forward, firing in order what falls due on the way. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (let next = this.#nextBefore(end); next; next = this.#nextBefore(end)) {
      this.#moveTo(next.at);
      this.#timers = this.#timers.filter((other) => other !== next);
      next.fire();
    }
    this.#moveTo(end);
  }

  /** `advance`, letting promises settle before and after each timer. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settle();
    for (let next = this.#nextBefore(end); next; next = this.#nextBefore(end)) {
      this.advance(next.at - this.#monotonic);
      await settle();
    }
    this.advance(end - this.#monotonic);
    await settle();
  }

  /** The wall clock is set by someone; the monotonic one takes no notice. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  #moveTo(at: number): void {
    this.#wall += at - this.#monotonic;
    this.#monotonic = at;
  }

  #nextBefore(end: number): Timer | undefined {
    return this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

/** Lets everything run that waits for no timer and no I/O. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
