import type { Preferences } from '@chatplatform/contracts/http/notification';
import type { OutboxEntry } from '@chatplatform/kit/mongo';
import type { Collection, Db } from 'mongodb';
import type { ChannelSummary, Membership } from '../../core/domain/channel.ts';
import type { Notification } from '../../core/domain/notification.ts';
import type { Occasion } from '../../core/domain/occasion.ts';
import type { Device } from '../../core/domain/person.ts';

export interface PersonDocument {
  _id: string;
  displayName: string;
  email?: string;
  profileRevision: number;
}

export type ChannelDocument = Omit<ChannelSummary, 'channelId'> & { _id: string };

/** `_id` is `<channelId>:<userId>`. */
export type MembershipDocument = Membership & { _id: string };

export interface FanOutDocument {
  /** The event's id: an event that comes twice is queued once. */
  _id: string;
  occasion: Occasion;
  channelId: string | null;
  occurredAt: Date;
  traceparent: string | null;
  /** null when settled; while claimed, the end of the lease. */
  dueAt: Date | null;
  claimId: string | null;
  settledAt: Date | null;
}

export interface WithdrawalDocument {
  /** The message's id. */
  _id: string;
  at: Date;
}

export type NotificationDocument = Omit<Notification, 'id'> & {
  _id: string;
  /** null when nothing is left to try; while claimed, the end of the lease. */
  nextAttemptAt: Date | null;
  claimId: string | null;
  /** Absent when nothing is to be published. */
  outbox?: OutboxEntry[];
};

export type DeviceDocument = Omit<Device, 'id'> & { _id: string };

export type PreferencesDocument = Preferences & { _id: string };

export interface Collections {
  readonly people: Collection<PersonDocument>;
  readonly channels: Collection<ChannelDocument>;
  readonly memberships: Collection<MembershipDocument>;
  readonly fanOuts: Collection<FanOutDocument>;
  readonly withdrawals: Collection<WithdrawalDocument>;
  readonly notifications: Collection<NotificationDocument>;
  readonly devices: Collection<DeviceDocument>;
  readonly preferences: Collection<PreferencesDocument>;
}

export function collectionsOf(db: Db): Collections {
  return {
    people: db.collection('people'),
    channels: db.collection('channels'),
    memberships: db.collection('memberships'),
    fanOuts: db.collection('fan_outs'),
    withdrawals: db.collection('withdrawals'),
    notifications: db.collection('notifications'),
    devices: db.collection('devices'),
    preferences: db.collection('preferences'),
  };
}
