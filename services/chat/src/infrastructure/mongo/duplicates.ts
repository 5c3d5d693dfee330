import { MongoBulkWriteError } from 'mongodb';
import { storeUnavailable } from './store-failure.ts';

const DUPLICATE_KEY = 11000;

/**
 * Of an unordered insert of what may be there already.
 * @throws what it failed with, unless that was nothing but duplicates, and the rest is held by a majority
 */
export function refuseAllButDuplicates(error: unknown): void {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  if (error.result.getWriteConcernError() !== undefined) throw storeUnavailable(error);
  const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  if (failures.length === 0 || !failures.every(({ code }) => code === DUPLICATE_KEY)) throw error;
}
