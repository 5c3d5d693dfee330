import type { Preferences } from '@chatplatform/contracts/http/notification';
import type { EventData } from '@chatplatform/contracts/events/catalogue';
import { supersedes } from '../core/domain/channel.ts';
import type { ChannelSummary, Membership } from '../core/domain/channel.ts';
import { nextAttemptAt } from '../core/domain/delivery.ts';
import type { FanOut } from '../core/domain/fan-out.ts';
import type { Notification } from '../core/domain/notification.ts';
import { channelOf } from '../core/domain/occasion.ts';
import type { Device, Person } from '../core/domain/person.ts';
import type { DeviceRepository, PreferencesRepository } from '../core/ports/devices.ts';
import type { FanOutQueue } from '../core/ports/fan-out-queue.ts';
import type { NotificationRepository } from '../core/ports/notification-repository.ts';
import type { ChannelDirectory, PeopleRepository } from '../core/ports/projections.ts';
import type { Withdrawals } from '../core/ports/withdrawals.ts';

/** Fakes of the ports; the contract suites hold them to the same behaviour as the MongoDB adapters. */

export function inMemoryPeople(): PeopleRepository {
  const people = new Map<string, Person & { revision: number }>();
  return {
    async recordRegistration({ userId, displayName, email }) {
      const current = people.get(userId);
      people.set(userId, { userId, displayName, revision: 0, ...current, email });
    },
    async recordProfile({ userId, displayName, revision }) {
      const current = people.get(userId);
      if (current !== undefined && current.revision >= revision) return;
      people.set(userId, { userId, email: current?.email ?? null, displayName, revision });
    },
    async findMany(userIds) {
      const found = userIds.flatMap((userId) => people.get(userId) ?? []);
      return new Map(found.map(({ userId, displayName, email }) => [userId, { userId, displayName, email }]));
    },
  };
}

export function inMemoryChannels(): ChannelDirectory {
  const channels = new Map<string, ChannelSummary>();
  const memberships = new Map<string, Membership>();
  return {
    async recordChannel(channel) {
      if (!channels.has(channel.channelId)) channels.set(channel.channelId, channel);
    },
    async recordMemberships(incoming) {
      for (const membership of incoming) {
        const key = `${membership.channelId}:${membership.userId}`;
        if (supersedes(membership, memberships.get(key))) memberships.set(key, membership);
      }
    },
    findChannel: async (channelId) => channels.get(channelId) ?? null,
    activeMembers: async (channelId) =>
      [...memberships.values()].filter(
        (membership) => membership.channelId === channelId && membership.active,
      ),
  };
}

interface QueuedFanOut {
  readonly fanOut: FanOut;
  dueAt: Date | null;
  claimId: string | null;
  settledAt: Date | null;
}

export function inMemoryFanOuts(newId: () => string): FanOutQueue {
  const queue = new Map<string, QueuedFanOut>();
  const held = (eventId: string, claimId: string): QueuedFanOut | undefined => {
    const entry = queue.get(eventId);
    return entry?.claimId === claimId ? entry : undefined;
  };
  return {
    async enqueue(fanOut, dueAt) {
      if (!queue.has(fanOut.eventId))
        queue.set(fanOut.eventId, { fanOut, dueAt, claimId: null, settledAt: null });
    },
    async claimDue(now, leaseUntil) {
      const entry = earliest([...queue.values()], (candidate) => candidate.dueAt, now);
      if (entry === undefined) return null;
      entry.claimId = newId();
      entry.dueAt = leaseUntil;
      return { fanOut: entry.fanOut, claimId: entry.claimId };
    },
    async postpone({ fanOut, claimId }, dueAt) {
      const entry = held(fanOut.eventId, claimId);
      if (entry !== undefined) entry.dueAt = dueAt;
    },
    async settle({ fanOut, claimId }, now) {
      const entry = held(fanOut.eventId, claimId);
      if (entry === undefined) return;
      entry.dueAt = null;
      entry.settledAt = now;
    },
    async reopen(channelId, since, now) {
      for (const entry of queue.values()) {
        const concerned = channelOf(entry.fanOut.occasion) === channelId && entry.fanOut.occurredAt >= since;
        if (concerned && entry.claimId !== null)
          Object.assign(entry, { dueAt: now, claimId: null, settledAt: null });
      }
    },
    async prune(before) {
      const old = [...queue].filter(([, entry]) => entry.settledAt !== null && entry.settledAt < before);
      for (const [eventId] of old) queue.delete(eventId);
      return old.length;
    },
  };
}

export function inMemoryWithdrawals(): Withdrawals {
  const withdrawn = new Set<string>();
  return {
    record: async (messageId) => void withdrawn.add(messageId),
    isWithdrawn: async (messageId) => withdrawn.has(messageId),
  };
}

function earliest<T>(entries: readonly T[], dueAt: (entry: T) => Date | null, now: Date): T | undefined {
  const time = (entry: T): number => dueAt(entry)?.getTime() ?? Infinity;
  return entries.filter((entry) => time(entry) <= now.getTime()).sort((a, b) => time(a) - time(b))[0];
}

interface StoredNotification {
  notification: Notification;
  due: Date | null;
  claimId: string | null;
}

export interface InMemoryNotifications extends NotificationRepository {
  /** What the outbox would publish, oldest first. */
  readonly published: EventData<'notification.delivered.v1'>[];
  all(): Notification[];
}

export function inMemoryNotifications(newId: () => string): InMemoryNotifications {
  const stored = new Map<string, StoredNotification>();
  const published: EventData<'notification.delivered.v1'>[] = [];
  const held = (id: string, claimId: string): StoredNotification | undefined => {
    const entry = stored.get(id);
    return entry?.claimId === claimId ? entry : undefined;
  };
  const isKnown = ({ eventId, userId }: Notification): boolean =>
    [...stored.values()].some(
      ({ notification }) => notification.eventId === eventId && notification.userId === userId,
    );
  return {
    published,
    all: () => [...stored.values()].map(({ notification }) => notification),
    async addMissing(notifications) {
      const fresh = notifications.filter((notification) => !isKnown(notification));
      for (const notification of fresh) {
        stored.set(notification.id, {
          notification,
          due: nextAttemptAt(notification.deliveries),
          claimId: null,
        });
      }
      return fresh.length;
    },
    async claimDue(now, leaseUntil) {
      const entry = earliest([...stored.values()], (candidate) => candidate.due, now);
      if (entry === undefined) return null;
      entry.claimId = newId();
      entry.due = leaseUntil;
      return { notification: entry.notification, claimId: entry.claimId };
    },
    async renew({ notification, claimId }, leaseUntil) {
      const entry = held(notification.id, claimId);
      if (entry !== undefined) entry.due = leaseUntil;
      return entry !== undefined;
    },
    async recordAttempt({ notification, claimId }, { index, delivery, delivered }) {
      const entry = held(notification.id, claimId);
      if (entry === undefined) return false;
      const deliveries = entry.notification.deliveries.with(index, delivery);
      entry.notification = { ...entry.notification, deliveries };
      if (delivered !== null) published.push(delivered);
      return true;
    },
    async release({ notification, claimId }, due) {
      const entry = held(notification.id, claimId);
      if (entry !== undefined) Object.assign(entry, { due, claimId: null });
    },
    async list(userId, { before, limit }) {
      return [...stored.values()]
        .map(({ notification }) => notification)
        .filter(
          (notification) => notification.userId === userId && (before === null || notification.id < before),
        )
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit);
    },
  };
}

export function inMemoryDevices(): DeviceRepository {
  const devices = new Map<string, Device>();
  return {
    async register(device) {
      const known = [...devices.values()].find((candidate) => candidate.token === device.token);
      const registered = known === undefined ? device : { ...known, userId: device.userId };
      devices.set(registered.id, registered);
      return registered;
    },
    findByUsers: async (userIds) => [...devices.values()].filter(({ userId }) => userIds.includes(userId)),
    find: async (deviceId) => devices.get(deviceId) ?? null,
    async remove(userId, deviceId) {
      return devices.get(deviceId)?.userId === userId && devices.delete(deviceId);
    },
    async forget(deviceId, token) {
      if (devices.get(deviceId)?.token === token) devices.delete(deviceId);
    },
  };
}

export function inMemoryPreferences(): PreferencesRepository {
  const chosen = new Map<string, Preferences>();
  return {
    async findMany(userIds) {
      return new Map(
        userIds.flatMap((userId): [string, Preferences][] => {
          const preferences = chosen.get(userId);
          return preferences === undefined ? [] : [[userId, preferences]];
        }),
      );
    },
    async save(userId, preferences) {
      chosen.set(userId, preferences);
    },
  };
}
