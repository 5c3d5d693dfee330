import type { Delivery } from './delivery.ts';

export type NotificationKind = 'message' | 'mention' | 'friend-request' | 'friend-accepted';

/** One person told of one event. (`eventId`, `userId`) is unique, so an event that comes twice is told once. */
export interface Notification {
  readonly id: string;
  readonly eventId: string;
  readonly userId: string;
  readonly kind: NotificationKind;
  readonly title: string;
  readonly body: string;
  readonly channelId: string | null;
  readonly createdAt: Date;
  readonly deliveries: readonly Delivery[];
  readonly traceparent: string | null;
}
