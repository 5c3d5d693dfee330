import { isTransient, unavailable } from '@chatplatform/kit/errors';
import type { DomainError } from '@chatplatform/kit/errors';
import { MongoError, MongoServerError } from 'mongodb';

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

const AWAY_NAMES = /^Mongo(OperationTimeout|WriteConcern|WaitQueueTimeout|TopologyClosed|NotConnected)Error$/;

const isStoreAway = (error: MongoError): boolean =>
  isTransient(error) ||
  AWAY_NAMES.test(error.name) ||
  error.hasErrorLabel('RetryableWriteError') ||
  (error instanceof MongoServerError && typeof error.code === 'number' && SERVER_AWAY.has(error.code));

export const storeUnavailable = (cause: unknown): DomainError =>
  unavailable('store.unavailable', 'The message store is away; try again shortly.', { cause });

/**
 * Runs an operation of the driver.
 * @throws DomainError `unavailable` when the store cannot answer; whether a write took effect is then not known
 */
export async function onStore<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!(error instanceof MongoError) || !isStoreAway(error)) throw error;
    throw storeUnavailable(error);
  }
}
