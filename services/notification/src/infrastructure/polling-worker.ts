import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '@chatplatform/kit/errors';
import type { Logger } from '@chatplatform/kit/logger';

export interface PollingWorkerOptions {
  readonly name: string;
  /** Does one piece of work; false when there was none. */
  readonly step: () => Promise<boolean>;
  /** How many steps run side by side when there is much to do. When there is nothing only one lane looks. */
  readonly lanes: number;
  /** How long the looking lane sleeps when there was no work. */
  readonly idleMs: number;
  /** How long a lane sleeps after a failed step, so that a store that is away is not hammered. */
  readonly failureMs: number;
  readonly logger: Logger;
}

export interface PollingWorker {
  start(): void;
  /** Wakes sleeping lanes: work has just arrived. */
  nudge(): void;
  /** Lets the steps under way finish and starts no more. */
  stop(): Promise<void>;
}

/** Helpers are woken by the scout; they look by themselves only now and then. */
const HELPER_IDLE_FACTOR = 60;

export function createPollingWorker(options: PollingWorkerOptions): PollingWorker {
  let stopped = false;
  let wake = new AbortController();
  let lanes: Promise<void>[] = [];

  const pause = async (milliseconds: number): Promise<void> => {
    if (stopped) return;
    // The sleep ends by time or by the abort that a nudge is; both are fine.
    await sleep(milliseconds, undefined, { signal: wake.signal }).catch(() => undefined);
  };
  const turn = async (isScout: boolean): Promise<void> => {
    try {
      const found = await options.step();
      if (found && isScout) rouse();
      if (!found) await pause(isScout ? options.idleMs : options.idleMs * HELPER_IDLE_FACTOR);
    } catch (error) {
      options.logger.warn(
        { err: toError(error), worker: options.name },
        'a step failed and will be repeated',
      );
      await pause(options.failureMs);
    }
  };
  const lane = async (isScout: boolean): Promise<void> => {
    while (!stopped) await turn(isScout);
  };
  const rouse = (): void => {
    const sleeping = wake;
    wake = new AbortController();
    sleeping.abort();
  };

  return {
    start() {
      lanes = Array.from({ length: options.lanes }, (_, index) => lane(index === 0));
    },
    nudge: rouse,
    async stop() {
      stopped = true;
      rouse();
      await Promise.all(lanes);
    },
  };
}
