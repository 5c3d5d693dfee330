import type { Db } from 'mongodb';
import type { People } from '../../core/ports/people.ts';
import { peopleIn } from './documents.ts';
import { onStore } from './store-failure.ts';

export function createPeople(db: Db): People {
  const people = peopleIn(db);
  return {
    async unknownAmong(userIds) {
      const found = await onStore(() => people.find({ _id: { $in: [...userIds] } }).toArray());
      const known = new Set(found.map(({ _id }) => _id));
      return userIds.filter((userId) => !known.has(userId));
    },
    async remember(userId) {
      await onStore(() =>
        people.updateOne({ _id: userId }, { $setOnInsert: { _id: userId } }, { upsert: true }),
      );
    },
    async hidingReceipts(userIds) {
      const found = await onStore(() => people.find({ _id: { $in: [...userIds] } }).toArray());
      return new Set(found.flatMap(({ _id, hidesReceipts }) => (hidesReceipts ? [_id] : [])));
    },
    async setReceipts(userId, shown) {
      await onStore(() =>
        people.updateOne({ _id: userId }, { $set: { hidesReceipts: !shown } }, { upsert: true }),
      );
    },
  };
}
