import { isDuplicateKey } from '@chatplatform/kit/mongo';
import type { OutboxEntry } from '@chatplatform/kit/mongo';
import type { Db } from 'mongodb';
import { MongoBulkWriteError } from 'mongodb';
import { membershipId } from '../../core/domain/membership.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { MembershipStore } from '../../core/ports/membership-store.ts';
import { membershipsIn } from './documents.ts';
import type { MembershipDocument } from './documents.ts';
import { entriesOf, envelopeOf, heldBy } from './event-holder.ts';
import type { EventKeeping } from './event-holder.ts';
import { onStore, storeUnavailable } from './store-failure.ts';

const WITHOUT_EVENTS = { projection: { outbox: 0 } } as const;

const toMembership = ({ _id, outbox: _outbox, ...membership }: MembershipDocument): Membership => membership;

const toDocument = (membership: Membership): MembershipDocument => ({
  _id: membershipId(membership.channelId, membership.userId),
  ...membership,
});

export function createMembershipStore(db: Db, events: EventKeeping): MembershipStore {
  const memberships = membershipsIn(db);

  const insertFirst = async (membership: Membership, outbox: OutboxEntry[]): Promise<boolean> => {
    try {
      await onStore(() => memberships.insertOne({ ...toDocument(membership), outbox }));
      return true;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return false;
    }
  };

  const replace = async (membership: Membership, outbox: OutboxEntry[]): Promise<boolean> => {
    const { channelId, userId, role, joinedAt, readSeq, revision, active } = membership;
    const { matchedCount } = await onStore(() =>
      memberships.updateOne(
        { _id: membershipId(channelId, userId), revision: revision - 1 },
        {
          $set: { role, joinedAt, revision, active },
          // A read mark that came meanwhile stays.
          $max: { readSeq },
          // One that is not published yet is kept.
          $push: { outbox: { $each: outbox } },
        },
      ),
    );
    return matchedCount === 1;
  };

  return {
    async find(channelId, userId) {
      const found = await onStore(() =>
        memberships.findOne<MembershipDocument>({ _id: membershipId(channelId, userId) }, WITHOUT_EVENTS),
      );
      return found === null ? undefined : toMembership(found);
    },
    async ofUser(userId) {
      const found = await onStore(() =>
        memberships.find<MembershipDocument>({ userId, active: true }, WITHOUT_EVENTS).toArray(),
      );
      return found.map(toMembership);
    },
    async ofChannel(channelId) {
      const found = await onStore(() =>
        memberships
          .find<MembershipDocument>({ channelId, active: true }, WITHOUT_EVENTS)
          .sort({ joinedAt: 1 })
          .toArray(),
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
    async save(membership, chatEvent) {
      const event = envelopeOf(chatEvent, events.clock.now());
      const outbox = entriesOf(event);
      const isFirst = membership.revision === 1;
      const saved =
        (await replace(membership, outbox)) || (isFirst && (await insertFirst(membership, outbox)));
      if (saved) {
        const id = membershipId(membership.channelId, membership.userId);
        events.nudge([heldBy(event, memberships.collectionName, id)]);
      }
      return saved;
    },
    async advanceReadMarks(marks) {
      await onStore(() =>
        memberships.bulkWrite(
          marks.map(({ channelId, userId, seq }) => ({
            updateOne: {
              filter: { _id: membershipId(channelId, userId) },
              update: { $max: { readSeq: seq } },
            },
          })),
          { ordered: false },
        ),
      );
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
