import type { Db } from 'mongodb';
import { membershipId } from '../../core/domain/membership.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { MembershipStore } from '../../core/ports/membership-store.ts';
import { membershipsIn } from './documents.ts';
import type { MembershipDocument } from './documents.ts';
import { duplicatesAmong } from './duplicates.ts';
import { gatherReads, WITH_CROWDS } from './gathered-reads.ts';
import { raiseMarks } from './projections.ts';
import { onStore } from './store-failure.ts';

const toMembership = ({ _id, ...membership }: MembershipDocument): Membership => membership;

const toDocument = (membership: Membership): MembershipDocument => ({
  ...membership,
  _id: membershipId(membership.channelId, membership.userId),
  unreadMentions: [...membership.unreadMentions],
});

export function createMembershipStore(db: Db): MembershipStore {
  const memberships = membershipsIn(db);

  const readIds = async (ids: readonly string[]): Promise<Map<string, Membership>> => {
    const found = await onStore(() => memberships.find({ _id: { $in: [...ids] } }).toArray());
    return new Map(found.map((document) => [document._id, toMembership(document)]));
  };
  // Who sends waits for the one, who comes back for the other.
  const byId = gatherReads(readIds, { atMost: 1000 });
  const byIdWithCrowds = gatherReads(readIds, { atMost: 1000, crowd: WITH_CROWDS });

  const activeByUser = gatherReads(
    async (userIds: readonly string[]) => {
      const found = await onStore(() =>
        memberships.find({ userId: { $in: [...userIds] }, active: true }).toArray(),
      );
      return Map.groupBy(found.map(toMembership), ({ userId }) => userId);
    },
    { atMost: 50, crowd: WITH_CROWDS },
  );

  const activeCounts = gatherReads(
    async (channelIds: readonly string[]) => {
      const counts = await onStore(() =>
        memberships
          .aggregate<{ _id: string; count: number }>([
            { $match: { channelId: { $in: [...channelIds] }, active: true } },
            { $group: { _id: '$channelId', count: { $sum: 1 } } },
          ])
          .toArray(),
      );
      return new Map(counts.map(({ _id, count }) => [_id, count]));
    },
    { atMost: 500, crowd: WITH_CROWDS },
  );

  return {
    async find(channelId, userId) {
      const id = membershipId(channelId, userId);
      return (await byId([id])).get(id);
    },
    async findMany(channelId, userIds) {
      const found = await byId(userIds.map((userId) => membershipId(channelId, userId)));
      return [...found.values()];
    },
    async findIn(channelIds, userId) {
      const found = await byIdWithCrowds(channelIds.map((channelId) => membershipId(channelId, userId)));
      return [...found.values()];
    },
    ofUser: async (userId) => (await activeByUser([userId])).get(userId) ?? [],
    async ofChannel(channelId) {
      const found = await onStore(() =>
        memberships.find({ channelId, active: true }).sort({ joinedAt: 1 }).toArray(),
      );
      return found.map(toMembership);
    },
    countByChannel: activeCounts,
    async insertMissing(wanted) {
      try {
        await onStore(() => memberships.insertMany(wanted.map(toDocument), { ordered: false }));
      } catch (error) {
        duplicatesAmong(error);
      }
    },
    async raiseMarks(channelId, receipt) {
      await onStore(() => memberships.bulkWrite([raiseMarks(channelId, receipt)]));
    },
  };
}
