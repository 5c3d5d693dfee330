import type { EventData } from '@chatplatform/contracts/events/catalogue';
import type { Delivery } from '../domain/delivery.ts';
import type { Notification } from '../domain/notification.ts';

export interface ClaimedNotification {
  readonly notification: Notification;
  readonly claimId: string;
}

export interface DeliveryChange {
  /** Place in the notification's deliveries, which never change in number or order. */
  readonly index: number;
  readonly delivery: Delivery;
  /** Published through the outbox, written together with the change. */
  readonly delivered: EventData<'notification.delivered.v1'> | null;
}

export interface NotificationRepository {
  /** Adds those whose (eventId, userId) is new. Returns how many were. */
  addMissing(notifications: readonly Notification[]): Promise<number>;
  /** One with a delivery due, now invisible to other workers until `leaseUntil`; null when there is none. */
  claimDue(now: Date, leaseUntil: Date): Promise<ClaimedNotification | null>;
  /** Prolongs the claim. False when it is lost: stop. */
  renew(claim: ClaimedNotification, leaseUntil: Date): Promise<boolean>;
  /** False when the claim is lost: another worker goes on, and may repeat this attempt. */
  recordAttempt(claim: ClaimedNotification, change: DeliveryChange): Promise<boolean>;
  /** Gives the claim back; the notification is due again at `nextAttemptAt`. */
  release(claim: ClaimedNotification, nextAttemptAt: Date | null): Promise<void>;
  /** Newest first. `before` is the id of the last one already seen. */
  list(userId: string, page: { before: string | null; limit: number }): Promise<Notification[]>;
}
