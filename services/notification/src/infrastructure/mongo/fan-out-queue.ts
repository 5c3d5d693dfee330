import type { FanOutQueue } from '../../core/ports/fan-out-queue.ts';
import { channelOf } from '../../core/domain/occasion.ts';
import type { Collections } from './collections.ts';
import { ignoringDuplicateKey } from './errors.ts';

export function createFanOutQueue({ fanOuts }: Collections, newId: () => string): FanOutQueue {
  return {
    async enqueue({ eventId, occasion, occurredAt, traceparent }, dueAt) {
      await ignoringDuplicateKey(
        fanOuts.insertOne({
          _id: eventId,
          occasion,
          channelId: channelOf(occasion),
          occurredAt,
          traceparent,
          dueAt,
          claimId: null,
          settledAt: null,
        }),
      );
    },
    async claimDue(now, leaseUntil) {
      const claimId = newId();
      const document = await fanOuts.findOneAndUpdate(
        { dueAt: { $lte: now } },
        { $set: { dueAt: leaseUntil, claimId } },
        { sort: { dueAt: 1 }, returnDocument: 'after' },
      );
      if (document === null) return null;
      const { _id: eventId, occasion, occurredAt, traceparent } = document;
      return { claimId, fanOut: { eventId, occasion, occurredAt, traceparent } };
    },
    async postpone({ fanOut, claimId }, dueAt) {
      await fanOuts.updateOne({ _id: fanOut.eventId, claimId }, { $set: { dueAt } });
    },
    async settle({ fanOut, claimId }, now) {
      await fanOuts.updateOne({ _id: fanOut.eventId, claimId }, { $set: { dueAt: null, settledAt: now } });
    },
    async reopen(channelId, since, now) {
      // One never claimed is left alone: it will read the new membership when its time comes.
      await fanOuts.updateMany(
        { channelId, occurredAt: { $gte: since }, claimId: { $ne: null } },
        { $set: { dueAt: now, claimId: null, settledAt: null } },
      );
    },
    async prune(before) {
      return (await fanOuts.deleteMany({ settledAt: { $lt: before } })).deletedCount;
    },
  };
}
