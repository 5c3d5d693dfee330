import type { Clock } from '@chatplatform/kit/clock';
import type { Db } from 'mongodb';
import type { Unplaced } from '../../core/domain/unplaced.ts';
import type { EntryLog } from '../../core/ports/entry-log.ts';
import { firstResultsIn } from './documents.ts';
import type { UnplacedDocument } from './documents.ts';
import { duplicatesAmong } from './duplicates.ts';
import { toEntry } from './entry-mapping.ts';
import { onStore } from './store-failure.ts';

const DAY_MS = 24 * 3600 * 1000;

/** What operations came to: entries, and what stands in place of an entry that there will not be. */
export function createFirstResults(db: Db, clock: Clock): Pick<EntryLog, 'firstResults' | 'keepUnplaced'> {
  const results = firstResultsIn(db);

  const toDocument = ({ operation, refusal }: Unplaced): UnplacedDocument => ({
    _id: `unplaced:${operation}`,
    type: 'unplaced',
    operation,
    refusal,
    expiresAt: new Date(clock.now().getTime() + DAY_MS),
  });

  return {
    async firstResults(operations) {
      const found = await onStore(() =>
        results.find({ operation: { $in: [...operations] } }, { projection: { outbox: 0 } }).toArray(),
      );
      return {
        entries: found.flatMap((document) => (document.type === 'unplaced' ? [] : [toEntry(document)])),
        unplaced: found.filter((document) => document.type === 'unplaced'),
      };
    },
    async keepUnplaced(unplaced) {
      const documents = unplaced.map(toDocument);
      try {
        await onStore(() =>
          results.insertMany(documents, { ordered: false, writeConcern: { w: 'majority' } }),
        );
      } catch (error) {
        duplicatesAmong(error);
      }
    },
  };
}
