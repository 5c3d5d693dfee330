import { unavailable } from '@chatplatform/kit/errors';
import type { DomainError } from '@chatplatform/kit/errors';
import type { Entry } from '../../domain/entry.ts';

/** Entries projected at once at most. */
const MAX_BATCH = 500;
/**
 * Left between two batches, unless somebody waits: in a busy channel one write to the documents then serves many groups.
 * Short beside the patience of those who read them (settled-channels.ts).
 */
const PACE_MS = 25;

/**
 * Projects the entries of one channel in their order, a batch at a time; whatever comes meanwhile is the next batch. The
 * first after a rest goes at once.
 * After a failure nothing more is taken in until the writer has started again from the cursor: projecting what follows
 * would move the cursor past what was not applied.
 */
export class ProjectionQueue {
  readonly #project: (entries: readonly Entry[]) => Promise<void>;
  readonly #pause: (milliseconds: number) => Promise<void>;
  /** Ends the wait between two batches. */
  #endPause: () => void = () => undefined;
  #pending: Entry[] = [];
  #running = false;
  #failure: unknown;
  /** Entries pushed, and projected, so far. */
  #pushed = 0;
  #projected = 0;
  #waiting: { readonly count: number; readonly result: PromiseWithResolvers<void> }[] = [];

  constructor(
    project: (entries: readonly Entry[]) => Promise<void>,
    pause: (milliseconds: number) => Promise<void>,
  ) {
    this.#project = project;
    this.#pause = pause;
  }

  get idle(): boolean {
    return !this.#running;
  }

  /** What was pushed is lost: start again from the cursor. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** @param entries consecutive, and right after those pushed before */
  push(entries: readonly Entry[]): void {
    if (this.failed) return;
    this.#pushed += entries.length;
    this.#pending.push(...entries);
    if (!this.#running) void this.#run();
  }

  /** Resolves once everything pushed so far is projected. @throws DomainError `unavailable` when it could not be */
  async drained(): Promise<void> {
    if (this.failed) throw this.#notProjected();
    if (this.#projected === this.#pushed) return;
    const result: PromiseWithResolvers<void> = Promise.withResolvers();
    this.#waiting.push({ count: this.#pushed, result });
    this.hurry();
    await result.promise;
  }

  /** Somebody waits for what was pushed so far. */
  hurry(): void {
    this.#endPause();
  }

  /** Once nothing runs any more. */
  restart(): void {
    this.#failure = undefined;
    this.#projected = this.#pushed;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#pending.length > 0) {
        const batch = this.#pending.splice(0, MAX_BATCH);
        await this.#project(batch);
        this.#projected += batch.length;
        this.#tell();
        if (this.#waiting.length === 0) await this.#leaveTime();
      }
    } catch (error) {
      this.#pending = [];
      this.#failure = error;
      for (const { result } of this.#waiting.splice(0)) result.reject(this.#notProjected());
    }
    this.#running = false;
  }

  async #leaveTime(): Promise<void> {
    const hurried: PromiseWithResolvers<void> = Promise.withResolvers();
    this.#endPause = hurried.resolve;
    await Promise.race([this.#pause(PACE_MS), hurried.promise]);
  }

  #tell(): void {
    const due = this.#waiting.filter(({ count }) => count <= this.#projected);
    this.#waiting = this.#waiting.filter(({ count }) => count > this.#projected);
    for (const { result } of due) result.resolve();
  }

  #notProjected(): DomainError {
    return unavailable('store.unavailable', 'The channel could not be brought up to date; try again.', {
      cause: this.#failure,
    });
  }
}
