import type { Pool, PoolClient } from 'pg';
import { isTransient } from './errors.ts';

/** The query under way fails with the same reason; this only keeps the event from ending the process. */
const alreadyTold = (): void => undefined;

/**
 * Lends a connection of the pool to `fn`. A pool does not listen for errors of a client it has lent: without a listener
 * a connection lost between two queries ends the process.
 * @param fate `discard` ends the connection afterwards, with all session state
 */
export const withClient = async <T>(
  pool: Pool,
  fate: 'reuse' | 'discard',
  fn: (client: PoolClient) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect();
  client.on('error', alreadyTold);
  let discard = fate === 'discard';
  try {
    return await fn(client);
  } catch (error) {
    // The pool would hand a lost connection out again.
    discard ||= isTransient(error);
    throw error;
  } finally {
    if (!discard) client.off('error', alreadyTold);
    client.release(discard);
  }
};
