import { unavailable } from '@chatplatform/kit/errors';
import type { Entry } from '../../domain/entry.ts';

/** Entries projected at once at most. */
const MAX_BATCH = 500;

/**
 * Projects the entries of one channel in their order, a batch at a time; whatever comes meanwhile is the next batch.
 * After a failure nothing more is taken in until the writer has started again from the cursor: projecting what follows
 * would move the cursor past what was not applied.
 */
export class ProjectionQueue {
  readonly #project: (entries: readonly Entry[]) => Promise<void>;
  #pending: Entry[] = [];
  #running: Promise<void> | undefined;
  #failure: unknown;

  constructor(project: (entries: readonly Entry[]) => Promise<void>) {
    this.#project = project;
  }

  get idle(): boolean {
    return this.#running === undefined;
  }

  /** What was pushed is lost: start again from the cursor. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** @param entries consecutive, and right after those pushed before */
  push(entries: readonly Entry[]): void {
    if (this.failed) return;
    this.#pending.push(...entries);
    this.#running ??= this.#run();
  }

  /** Resolves once everything pushed is projected. @throws DomainError `unavailable` when it could not be */
  async drained(): Promise<void> {
    while (this.#running) await this.#running;
    if (this.failed) {
      throw unavailable('store.unavailable', 'The channel could not be brought up to date; try again.', {
        cause: this.#failure,
      });
    }
  }

  restart(): void {
    this.#failure = undefined;
  }

  async #run(): Promise<void> {
    try {
      while (this.#pending.length > 0) await this.#project(this.#pending.splice(0, MAX_BATCH));
    } catch (error) {
      this.#pending = [];
      this.#failure = error;
    } finally {
      this.#running = undefined;
    }
  }
}
