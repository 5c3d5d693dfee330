import type { Clock } from '../clock.ts';

/** Failures in a row after which a key's circuit opens. */
const THRESHOLD = 5;

interface Failing {
  failures: number;
  /** Generation of the object when it failed last. */
  generation: number | undefined;
  /** Monotonic ms; Infinity = until the generation changes. */
  closedUntil: number;
}

/**
 * Remembers keys that keep failing. Without it every change of an owned object would try a hopeless key again at
 * once, past its backoff: a crash-looping Pod alone changes its Deployment's status several times a minute.
 * While a key's circuit is open only its own retry, or a new generation of its object, is an attempt.
 */
export class KeyCircuits {
  readonly #clock: Clock;
  readonly #failing = new Map<string, Failing>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#failing.size;
  }

  /** How long this key must not be tried, ms; 0 = now is fine, Infinity = until its generation changes. */
  wait(key: string, generation: number | undefined): number {
    const failing = this.#failing.get(key);
    if (!failing || failing.generation !== generation) return 0;
    if (failing.closedUntil !== Infinity && failing.failures < THRESHOLD) return 0;
    return Math.max(0, failing.closedUntil - this.#clock.monotonic());
  }

  failed(key: string, generation: number | undefined, retryInMs: number): void {
    const failures = (this.#failing.get(key)?.failures ?? 0) + 1;
    this.#failing.set(key, { failures, generation, closedUntil: this.#clock.monotonic() + retryInMs });
  }

  succeeded(key: string): void {
    this.#failing.delete(key);
  }
}
