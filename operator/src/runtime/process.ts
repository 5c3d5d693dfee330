import type { Logger } from 'pino';
import { adoptStrayErrors } from './controller/stray-errors.ts';
import type { Operator } from './operator.ts';

export interface ProcessOptions {
  /** @default the operator's */
  logger?: Logger;
  /** What this process does beside reconciling, leading or not, until the signal aborts: a webhook, say. */
  beside?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Runs an operator as what this process is for: until SIGTERM or SIGINT. An error that a reconcile let slip is its
 * key's and not the end of the process.
 * @throws LeaseLostError and what else ends an operator: the process must end with it
 */
export const runProcess = async (
  operator: Operator,
  { logger = operator.logger, beside = () => Promise.resolve() }: ProcessOptions = {},
): Promise<void> => {
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping');
    stopping.abort();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const release = adoptStrayErrors(process, (err) => logger.fatal({ err }, 'an error belonged to nobody'));
  try {
    await Promise.all([operator.run(stopping.signal), beside(stopping.signal)]);
  } finally {
    release();
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
  }
};
