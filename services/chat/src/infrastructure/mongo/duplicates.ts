import { MongoBulkWriteError } from 'mongodb';
import { storeUnavailable } from './store-failure.ts';

const DUPLICATE_KEY = 11000;

/**
 * Of an unordered insert of what may be there already.
 * @returns the places of what was refused as a duplicate; the rest is held by a majority
 * @throws what it failed with, when that was anything else
 */
export function duplicatesAmong(error: unknown): ReadonlySet<number> {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  if (error.result.getWriteConcernError() !== undefined) throw storeUnavailable(error);
  const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  if (failures.length === 0 || !failures.every(({ code }) => code === DUPLICATE_KEY)) throw error;
  return new Set(failures.map(({ index }) => index));
}
