import { DomainError, isTransient, unavailable } from '@chatplatform/kit/errors';
import { MongoOperationTimeoutError, MongoServerError, MongoWriteConcernError } from 'mongodb';

/** Codes of a server that is stepping down, starting, shutting down or too slow: another try may reach another one. */
const SERVER_AWAY = new Set([
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  91, // ShutdownInProgress
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);

/**
 * A store that does not answer is given up after this: sooner than callers give up, so that they are told. The driver
 * notices a silent server after a quarter of a minute only, and would hold a channel's writer as long.
 */
const DEADLINE_MS = 5_000;

function isStoreAway(error: unknown): boolean {
  if (isTransient(error)) return true;
  if (error instanceof MongoOperationTimeoutError || error instanceof MongoWriteConcernError) return true;
  if (!(error instanceof MongoServerError)) return false;
  // Bulk writes wrap what happened to their connection.
  const wrapped: unknown = error.errorResponse;
  return (wrapped instanceof Error && isStoreAway(wrapped)) || SERVER_AWAY.has(Number(error.code));
}

export const storeUnavailable = (cause: unknown): DomainError =>
  unavailable('store.unavailable', 'The message store is away; try again shortly.', { cause });

/**
 * Runs an operation of the driver.
 * @throws DomainError `unavailable` when the store does not answer; whether a write took effect, or will, is not known
 */
export async function onStore<T>(operation: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(storeUnavailable(`no answer in ${DEADLINE_MS} ms`)), DEADLINE_MS);
  });
  try {
    return await Promise.race([operation(), late]);
  } catch (error) {
    throw isStoreAway(error) && !(error instanceof DomainError) ? storeUnavailable(error) : error;
  } finally {
    clearTimeout(timer);
  }
}
