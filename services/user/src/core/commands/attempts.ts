import { unavailable } from '@chatplatform/kit/errors';

const ATTEMPTS = 8;

/**
 * Reads, decides and writes again when someone else wrote in between. A step answers null to be run again.
 * @throws DomainError `write.contended` (unavailable) after eight attempts
 */
export async function untilWritten<T>(step: () => Promise<T | null>): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const result = await step();
    if (result !== null) return result;
  }
  throw unavailable('write.contended', 'Too many changes to this at once: try again.');
}
