import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from './errors.ts';
import type { Logger } from './logger.ts';

export interface PeriodicOptions {
  /** For the log: `the sweep of expired sessions`. */
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

/** Runs never overlap; one that fails is tried again at its next time, and the log says so once until it works again. */
export function startPeriodic({ name, logger, intervalMs, run }: PeriodicOptions): Periodic {
  const stopping = new AbortController();
  let failing = false;
  const once = async (): Promise<void> => {
    try {
      await run();
      if (failing) logger.info(`${name} works again`);
      failing = false;
    } catch (error) {
      if (!failing) logger.warn({ err: toError(error) }, `${name} failed, will be tried again`);
      failing = true;
    }
  };
  const loop = async (): Promise<void> => {
    while (await waited(intervalMs, stopping.signal)) await once();
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
