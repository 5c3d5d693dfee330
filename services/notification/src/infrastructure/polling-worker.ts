import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '@chatplatform/kit/errors';
import type { Logger } from '@chatplatform/kit/logger';

export interface PollingWorkerOptions {
  readonly name: string;
  /** Does one piece of work; false when there was none. */
  readonly step: () => Promise<boolean>;
  /** How many steps run side by side. */
  readonly lanes: number;
  /** How long a lane sleeps when there was no work. */
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

export function createPollingWorker(options: PollingWorkerOptions): PollingWorker {
  let stopped = false;
  let wake = new AbortController();
  let lanes: Promise<void>[] = [];

  const pause = async (milliseconds: number): Promise<void> => {
    if (stopped) return;
    // The sleep ends by time or by the abort that a nudge is; both are fine.
    await sleep(milliseconds, undefined, { signal: wake.signal }).catch(() => undefined);
  };
  const turn = async (): Promise<void> => {
    try {
      if (!(await options.step())) await pause(options.idleMs);
    } catch (error) {
      options.logger.warn(
        { err: toError(error), worker: options.name },
        'a step failed and will be repeated',
      );
      await pause(options.failureMs);
    }
  };
  const lane = async (): Promise<void> => {
    while (!stopped) await turn();
  };
  const rouse = (): void => {
    const sleeping = wake;
    wake = new AbortController();
    sleeping.abort();
  };

  return {
    start() {
      lanes = Array.from({ length: options.lanes }, lane);
    },
    nudge: rouse,
    async stop() {
      stopped = true;
      rouse();
      await Promise.all(lanes);
    },
  };
}
