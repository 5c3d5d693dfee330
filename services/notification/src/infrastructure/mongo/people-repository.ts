import type { PeopleRepository } from '../../core/ports/projections.ts';
import type { Collections } from './collections.ts';
import { ignoringDuplicateKey } from './errors.ts';

export function createPeopleRepository({ people }: Collections): PeopleRepository {
  return {
    async recordRegistration({ userId, displayName, email }) {
      // The name only where no profile came first: a profile is always newer than the registration.
      await people.updateOne(
        { _id: userId },
        { $set: { email }, $setOnInsert: { displayName, profileRevision: 0 } },
        { upsert: true },
      );
    },
    async recordProfile({ userId, displayName, revision }) {
      await ignoringDuplicateKey(
        people.updateOne(
          { _id: userId, profileRevision: { $lt: revision } },
          { $set: { displayName, profileRevision: revision } },
          { upsert: true },
        ),
      );
    },
    async findMany(userIds) {
      const documents = await people.find({ _id: { $in: [...userIds] } }).toArray();
      return new Map(
        documents.map(({ _id, displayName, email }) => [
          _id,
          { userId: _id, displayName, email: email ?? null },
        ]),
      );
    },
  };
}
