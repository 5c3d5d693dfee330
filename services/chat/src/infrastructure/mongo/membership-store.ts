import type { Db } from 'mongodb';
import { MongoBulkWriteError } from 'mongodb';
import { membershipId } from '../../core/domain/membership.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { MembershipStore } from '../../core/ports/membership-store.ts';
import { membershipsIn } from './documents.ts';
import type { MembershipDocument } from './documents.ts';
import { raiseMarks } from './projections.ts';
import { onStore, storeUnavailable } from './store-failure.ts';

const toMembership = ({ _id, ...membership }: MembershipDocument): Membership => membership;

const toDocument = (membership: Membership): MembershipDocument => ({
  ...membership,
  _id: membershipId(membership.channelId, membership.userId),
  unreadMentions: [...membership.unreadMentions],
});

export function createMembershipStore(db: Db): MembershipStore {
  const memberships = membershipsIn(db);

  const byIds = async (ids: readonly string[]): Promise<Membership[]> => {
    const found = await onStore(() => memberships.find({ _id: { $in: [...ids] } }).toArray());
    return found.map(toMembership);
  };

  return {
    async find(channelId, userId) {
      const [found] = await byIds([membershipId(channelId, userId)]);
      return found;
    },
    findMany: (channelId, userIds) => byIds(userIds.map((userId) => membershipId(channelId, userId))),
    findIn: (channelIds, userId) => byIds(channelIds.map((channelId) => membershipId(channelId, userId))),
    async ofUser(userId) {
      const found = await onStore(() => memberships.find({ userId, active: true }).toArray());
      return found.map(toMembership);
    },
    async ofChannel(channelId) {
      const found = await onStore(() =>
        memberships.find({ channelId, active: true }).sort({ joinedAt: 1 }).toArray(),
      );
      return found.map(toMembership);
    },
    async countByChannel(channelIds) {
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
    async insertMissing(wanted) {
      try {
        await onStore(() => memberships.insertMany(wanted.map(toDocument), { ordered: false }));
      } catch (error) {
        refuseAllButDuplicates(error);
      }
    },
    async raiseMarks(channelId, receipt) {
      await onStore(() => memberships.bulkWrite([raiseMarks(channelId, receipt)]));
    },
  };
}

const DUPLICATE_KEY = 11000;

function refuseAllButDuplicates(error: unknown): void {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  if (error.result.getWriteConcernError() !== undefined) throw storeUnavailable(error);
  const failures = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  if (failures.length === 0 || !failures.every(({ code }) => code === DUPLICATE_KEY)) throw error;
}
