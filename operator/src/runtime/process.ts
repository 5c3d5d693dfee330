import type { Logger } from 'pino';
import { adoptStrayErrors } from './controller/stray-errors.ts';
import type { Operator } from './operator.ts';

/**
 * Runs an operator as what this process is for: until SIGTERM or SIGINT. An error that a reconcile let slip is its
 * key's and not the end of the process.
 * @throws LeaseLostError and what else ends an operator: the process must end with it
 */
export const runProcess = async (operator: Operator, logger: Logger = operator.logger): Promise<void> => {
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping');
    stopping.abort();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const release = adoptStrayErrors(process, (err) => logger.fatal({ err }, 'an error belonged to nobody'));
  try {
    await operator.run(stopping.signal);
  } finally {
    release();
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
  }
};
