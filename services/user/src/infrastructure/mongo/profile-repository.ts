import { outboxEntries } from '@chatplatform/kit/mongo';
import { searchKey } from '../../core/domain/profile.ts';
import type { Profile } from '../../core/domain/profile.ts';
import type { ProfileRepository } from '../../core/ports/profile-repository.ts';
import type { Collections, ProfileDocument } from './collections.ts';
import { storedEvent } from './stored-events.ts';
import type { OnEventStored } from './stored-events.ts';

const toProfile = (document: ProfileDocument): Profile => ({
  id: document._id,
  username: document.username,
  displayName: document.displayName,
  bio: document.bio,
  avatarMediaId: document.avatarMediaId,
  createdAt: document.createdAt,
  revision: document.revision,
});

/** Anchored, case-sensitive and without the special signs: MongoDB answers such a pattern by a range of the index. */
const beginsWith = (key: string): RegExp => new RegExp(`^${key.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}`);

export function createProfileRepository(
  { profiles }: Collections,
  onEventStored: OnEventStored,
): ProfileRepository {
  return {
    async insertIfAbsent({ id, ...profile }) {
      const document = {
        ...profile,
        usernameKey: searchKey(profile.username),
        displayNameKey: searchKey(profile.displayName),
      };
      await profiles.updateOne({ _id: id }, { $setOnInsert: document }, { upsert: true });
    },
    async findById(id) {
      const document = await profiles.findOne({ _id: id });
      return document === null ? null : toProfile(document);
    },
    async findByIds(ids) {
      const documents = await profiles
        .find({ _id: { $in: [...ids] } })
        .sort({ usernameKey: 1 })
        .toArray();
      return documents.map(toProfile);
    },
    async findByPrefix(key, limit) {
      const pattern = beginsWith(key);
      const documents = await profiles
        .find({ $or: [{ usernameKey: pattern }, { displayNameKey: pattern }] })
        .sort({ usernameKey: 1 })
        .limit(limit)
        .toArray();
      return documents.map(toProfile);
    },
    async shownMedia(mediaIds) {
      const documents = await profiles
        .find({ avatarMediaId: { $in: [...mediaIds] } })
        .project<Pick<ProfileDocument, 'avatarMediaId'>>({ avatarMediaId: 1 })
        .toArray();
      return new Set(documents.flatMap(({ avatarMediaId }) => avatarMediaId ?? []));
    },
    async replace({ id, revision, displayName, bio, avatarMediaId }, event) {
      const { matchedCount } = await profiles.updateOne(
        { _id: id, revision: revision - 1 },
        {
          $set: { displayName, displayNameKey: searchKey(displayName), bio, avatarMediaId, revision },
          $push: { outbox: { $each: outboxEntries([event]) } },
        },
      );
      if (matchedCount === 0) return false;
      onEventStored(storedEvent(event, profiles.collectionName, id));
      return true;
    },
  };
}
