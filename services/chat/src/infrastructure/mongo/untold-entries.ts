import type { Clock } from '@chatplatform/kit/clock';
import type { Db } from 'mongodb';
import type { UntoldEntries } from '../../core/ports/untold-entries.ts';
import { entriesIn } from './documents.ts';
import { onStore } from './store-failure.ts';

export function createUntoldEntries(db: Db, clock: Clock): UntoldEntries {
  const entries = entriesIn(db);
  return {
    async remember(entryIds) {
      const untold = { $set: { untoldSince: clock.now() } };
      await onStore(() => entries.updateMany({ _id: { $in: [...entryIds] } }, untold));
    },
    async find(before, limit) {
      const found = await onStore(() =>
        entries
          .find({ untoldSince: { $lt: before } })
          .sort({ untoldSince: 1 })
          .limit(limit)
          .project<{ _id: string }>({ _id: 1 })
          .toArray(),
      );
      return found.map(({ _id }) => _id);
    },
    async forget(entryIds) {
      await onStore(() =>
        entries.updateMany({ _id: { $in: [...entryIds] } }, { $unset: { untoldSince: '' } }),
      );
    },
  };
}
