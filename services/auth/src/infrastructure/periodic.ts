import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '@chatplatform/kit/errors';
import type { Logger } from '@chatplatform/kit/logger';

export interface PeriodicOptions {
  readonly name: string;
  readonly logger: Logger;
  /** From the end of one run to the start of the next; the first waits too. Milliseconds. */
  readonly intervalMs: number;
  readonly run: () => Promise<void>;
}

export interface Periodic {
  /** Resolves when the run in hand has ended. */
  stop(): Promise<void>;
}

/** Runs never overlap; one that fails is logged, and the next is tried at its time. */
export function startPeriodic({ name, logger, intervalMs, run }: PeriodicOptions): Periodic {
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    while (await waited(intervalMs, stopping.signal)) {
      try {
        await run();
      } catch (error) {
        logger.warn({ err: toError(error) }, `${name} failed, will be tried again`);
      }
    }
  };
  const ended = loop();
  return {
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

/** False when interrupted. */
const waited = (ms: number, signal: AbortSignal): Promise<boolean> =>
  sleep(ms, true, { signal }).catch(() => false);
