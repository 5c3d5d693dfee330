import type { ChannelDirectory } from '../../core/ports/projections.ts';
import type { Collections } from './collections.ts';
import { ignoringDuplicateKey, duplicateKeyCount } from './errors.ts';

export function createChannelDirectory({ channels, memberships }: Collections): ChannelDirectory {
  return {
    async recordChannel({ channelId, kind, name }) {
      await ignoringDuplicateKey(channels.insertOne({ _id: channelId, kind, name }));
    },
    async recordMemberships(incoming) {
      const writes = incoming.map((membership) => {
        const _id = `${membership.channelId}:${membership.userId}`;
        return {
          updateOne: {
            filter: { _id, revision: { $lt: membership.revision } },
            update: { $set: { ...membership } },
            upsert: true,
          },
        };
      });
      if (writes.length === 0) return;
      try {
        await memberships.bulkWrite(writes, { ordered: false });
      } catch (error) {
        // A duplicate key: the same or a higher revision is there.
        if (duplicateKeyCount(error) === null) throw error;
      }
    },
    async findChannel(channelId) {
      const document = await channels.findOne({ _id: channelId });
      return document && { channelId, kind: document.kind, name: document.name };
    },
    async activeMembers(channelId) {
      return memberships
        .find({ channelId, active: true })
        .project<{ channelId: string; userId: string; revision: number; active: boolean; since: Date }>({
          _id: 0,
        })
        .toArray();
    },
  };
}
