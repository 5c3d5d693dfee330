import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { outboxEntries } from '@chatplatform/kit/mongo';
import type { PendingEvent } from '@chatplatform/kit/outbox';
import { nextAttemptAt } from '../../core/domain/delivery.ts';
import type { Notification } from '../../core/domain/notification.ts';
import type { DeliveryChange, NotificationRepository } from '../../core/ports/notification-repository.ts';
import type { Collections, NotificationDocument } from './collections.ts';
import { duplicateKeyCount } from './errors.ts';

export interface NotificationRepositoryOptions {
  readonly newId: () => string;
  readonly deliveredEvent: (fact: NonNullable<DeliveryChange['delivered']>) => CloudEvent;
  /** Called with what was just written to the outbox, so that it is published at once. */
  readonly onOutbox: (events: PendingEvent[]) => void;
}

export function createNotificationRepository(
  { notifications }: Collections,
  { newId, deliveredEvent, onOutbox }: NotificationRepositoryOptions,
): NotificationRepository {
  return {
    async addMissing(incoming) {
      try {
        const result = await notifications.insertMany(incoming.map(toDocument), { ordered: false });
        return result.insertedCount;
      } catch (error) {
        const duplicates = duplicateKeyCount(error);
        if (duplicates === null) throw error;
        return incoming.length - duplicates;
      }
    },
    async claimDue(now, leaseUntil) {
      const claimId = newId();
      const document = await notifications.findOneAndUpdate(
        { nextAttemptAt: { $lte: now } },
        { $set: { nextAttemptAt: leaseUntil, claimId } },
        { sort: { nextAttemptAt: 1 }, returnDocument: 'after' },
      );
      return document && { claimId, notification: toNotification(document) };
    },
    async renew({ notification, claimId }, leaseUntil) {
      const result = await notifications.updateOne(
        { _id: notification.id, claimId },
        { $set: { nextAttemptAt: leaseUntil } },
      );
      return result.matchedCount === 1;
    },
    async recordAttempt({ notification, claimId }, { index, delivery, delivered }) {
      const event = delivered && deliveredEvent(delivered);
      const result = await notifications.updateOne(
        { _id: notification.id, claimId },
        {
          $set: { [`deliveries.${index}`]: delivery },
          ...(event && { $push: { outbox: { $each: outboxEntries([event]) } } }),
        },
      );
      const recorded = result.matchedCount === 1;
      if (recorded && event) {
        onOutbox([{ event, heldBy: { collection: notifications.collectionName, id: notification.id } }]);
      }
      return recorded;
    },
    async release({ notification, claimId }, due) {
      await notifications.updateOne(
        { _id: notification.id, claimId },
        { $set: { nextAttemptAt: due, claimId: null } },
      );
    },
    async list(userId, { before, limit }) {
      const documents = await notifications
        .find({ userId, ...(before !== null && { _id: { $lt: before } }) })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray();
      return documents.map(toNotification);
    },
  };
}

function toDocument({ id, ...rest }: Notification): NotificationDocument {
  return { _id: id, ...rest, nextAttemptAt: nextAttemptAt(rest.deliveries), claimId: null };
}

function toNotification(document: NotificationDocument): Notification {
  const { _id: id, nextAttemptAt: _next, claimId: _claim, outbox: _outbox, ...rest } = document;
  return { id, ...rest };
}
