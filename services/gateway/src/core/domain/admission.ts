import { unavailable } from '@chatplatform/kit/errors';
import type { DomainError } from '@chatplatform/kit/errors';

const RETRY_WHEN_FULL_SECONDS = 5;
/** Another gateway has room; behind one address the next attempt reaches it. */
const RETRY_WHEN_DRAINING_SECONDS = 1;

/** Whether this process takes one more connection. */
export class Admission {
  readonly #maxConnections: number;
  #draining = false;

  constructor(maxConnections: number) {
    this.#maxConnections = maxConnections;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** For good. */
  drain(): void {
    this.#draining = true;
  }

  /** Why not, with the time to wait; undefined when there is room. */
  refusal(connections: number): DomainError | undefined {
    if (this.#draining)
      return unavailable('gateway.draining', 'This gateway is going away; connect again.', {
        retryAfterSeconds: RETRY_WHEN_DRAINING_SECONDS,
      });
    if (connections >= this.#maxConnections)
      return unavailable('gateway.full', 'No more connections are admitted here; try again shortly.', {
        retryAfterSeconds: RETRY_WHEN_FULL_SECONDS,
      });
    return undefined;
  }
}
