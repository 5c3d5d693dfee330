import { backoff, type BackoffOptions, type Clock, type Random } from '../clock.ts';
import { DelayHeap } from './delay-heap.ts';
import { FairLane } from './fair-lane.ts';

/** Taken in this order: what a person waits for, then what failed before, then the routine second look. */
export const priorities = ['change', 'retry', 'resync'] as const;
export type Priority = (typeof priorities)[number];

export interface WorkItem {
  key: string;
  priority: Priority;
  /** How long the key stood ready, ms. */
  waitedMs: number;
}

export interface WorkQueueOptions {
  clock: Clock;
  random: Random;
  /** Delay of `retry` by failures in a row. @default 5 ms doubling to 1000 s, jitter 0.2 */
  backoff?: BackoffOptions;
  /** Keys of one group take turns with those of others. @default the part before the slash */
  groupOf?: (key: string) => string;
}

interface Ready {
  priority: Priority;
  since: number;
}

const higher = (a: Priority, b: Priority): Priority =>
  priorities.indexOf(a) <= priorities.indexOf(b) ? a : b;

const namespaceOf = (key: string): string => key.slice(0, Math.max(0, key.indexOf('/')));

const defaultBackoff: BackoffOptions = { baseMs: 5, maxMs: 1_000_000, jitter: 0.2 };

/**
 * Deduplicating queue of keys. A key is ready at most once, is worked on by one taker at a time, and if it is
 * added meanwhile it becomes ready again when the taker is done. A delay is superseded as soon as the key is
 * taken: what is worked on now needs no reminder, and the outcome sets the next one.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #backoff: BackoffOptions;
  readonly #lanes: Record<Priority, FairLane>;
  readonly #ready = new Map<string, Ready>();
  /** Keys being worked on, with the priority at which they were added again meanwhile. */
  readonly #active = new Map<string, Priority | undefined>();
  readonly #delays = new DelayHeap<string>();
  readonly #delayedPriority = new Map<string, Priority>();
  readonly #failures = new Map<string, number>();
  #takers: ((item: WorkItem | undefined) => void)[] = [];
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor({ clock, random, backoff: delays = defaultBackoff, groupOf = namespaceOf }: WorkQueueOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#backoff = delays;
    this.#lanes = {
      change: new FairLane(groupOf),
      retry: new FairLane(groupOf),
      resync: new FairLane(groupOf),
    };
  }

  depth(priority: Priority): number {
    return this.#lanes[priority].size;
  }

  get activeCount(): number {
    return this.#active.size;
  }

  get delayedCount(): number {
    return this.#delays.size;
  }

  /** How many keys are remembered for any reason: 0 when everything is done, forgotten and undelayed. */
  get trackedCount(): number {
    return new Set([
      ...this.#ready.keys(),
      ...this.#active.keys(),
      ...this.#delayedPriority.keys(),
      ...this.#failures.keys(),
    ]).size;
  }

  /** Age of the key that has stood ready for longest, ms; 0 when none is ready. */
  oldestReadyMs(): number {
    let oldest = this.#clock.monotonic();
    const now = oldest;
    for (const { since } of this.#ready.values()) oldest = Math.min(oldest, since);
    return now - oldest;
  }

  add(key: string, priority: Priority = 'change'): void {
    if (this.#closed) return;
    if (this.#active.has(key)) {
      this.#active.set(key, higher(priority, this.#active.get(key) ?? priority));
      return;
    }
    const ready = this.#ready.get(key);
    if (ready) return this.#raise(key, ready, priority);
    this.#ready.set(key, { priority, since: this.#clock.monotonic() });
    this.#lanes[priority].add(key);
    this.#hand();
  }

  /** Adds `key` after `ms`; of several delays of one key the earliest counts. */
  addAfter(key: string, ms: number, priority: Priority = 'change'): void {
    if (this.#closed) return;
    const due = this.#clock.monotonic() + Math.max(0, ms);
    const standing = this.#delays.dueOf(key);
    if (standing !== undefined && standing <= due) return;
    this.#delays.set(key, due);
    this.#delayedPriority.set(key, priority);
    this.#armTimer();
  }

  /** Counts a failure of `key` and adds it after its backoff; answers the delay, ms. */
  retry(key: string): number {
    const failures = this.failures(key);
    const delay = backoff(failures, this.#backoff, this.#random);
    this.#failures.set(key, failures + 1);
    this.addAfter(key, delay, 'retry');
    return delay;
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Ends a row of failures. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, when there is one; undefined once the queue is closed. Each taken key needs one `done`. */
  take(): Promise<WorkItem | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#hand();
    });
  }

  done(key: string): void {
    if (!this.#active.has(key)) throw new RangeError(`${key} was not taken`);
    const again = this.#active.get(key);
    this.#active.delete(key);
    if (again !== undefined) this.add(key, again);
  }

  /** Takers get undefined; what is ready or delayed is dropped. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    for (const resolve of this.#takers) resolve(undefined);
    this.#takers = [];
  }

  #raise(key: string, ready: Ready, priority: Priority): void {
    const raised = higher(priority, ready.priority);
    if (raised === ready.priority) return;
    this.#lanes[ready.priority].delete(key);
    this.#lanes[raised].add(key);
    ready.priority = raised;
  }

  #hand(): void {
    while (this.#takers.length > 0) {
      const item = this.#next();
      if (item === undefined) return;
      this.#takers.shift()?.(item);
    }
  }

  #next(): WorkItem | undefined {
    for (const priority of priorities) {
      const key = this.#lanes[priority].take();
      if (key === undefined) continue;
      const waitedMs = this.#clock.monotonic() - (this.#ready.get(key)?.since ?? 0);
      this.#ready.delete(key);
      this.#dropDelay(key);
      this.#active.set(key, undefined);
      return { key, priority, waitedMs };
    }
    return undefined;
  }

  #dropDelay(key: string): void {
    if (this.#delays.delete(key)) {
      this.#delayedPriority.delete(key);
      this.#armTimer();
    }
  }

  #armTimer(): void {
    this.#cancelTimer?.();
    const earliest = this.#delays.peek();
    this.#cancelTimer =
      earliest && this.#clock.schedule(earliest.due - this.#clock.monotonic(), () => this.#release());
  }

  #release(): void {
    for (
      let entry = this.#delays.peek();
      entry && entry.due <= this.#clock.monotonic();
      entry = this.#delays.peek()
    ) {
      const priority = this.#delayedPriority.get(entry.key) ?? 'change';
      this.#delays.delete(entry.key);
      this.#delayedPriority.delete(entry.key);
      this.add(entry.key, priority);
    }
    this.#armTimer();
  }
}
