import { isDuplicateKey } from '@chatplatform/kit/mongo';
import { MongoBulkWriteError } from 'mongodb';

const DUPLICATE_KEY = 11000;

/**
 * How many writes of an unordered bulk failed because their key is already there; null when any failed otherwise. The
 * counts that servers send along with a partial failure differ, so the failures themselves are counted.
 */
export function duplicateKeyCount(error: unknown): number | null {
  if (!(error instanceof MongoBulkWriteError)) return null;
  const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return failures.length > 0 && failures.every(({ code }) => code === DUPLICATE_KEY) ? failures.length : null;
}

/**
 * For an upsert filtered by more than the key: a duplicate key then says that the document is there and does not match
 * the filter, which is "nothing to do".
 */
export async function ignoringDuplicateKey(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
