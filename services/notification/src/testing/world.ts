import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { EventData, EventType } from '@chatplatform/contracts/events/catalogue';
import { newId } from '@chatplatform/kit/ids';
import { deliverNotification } from '../core/commands/deliver-notification.ts';
import { runFanOut } from '../core/commands/run-fan-out.ts';
import { DEFAULT_RETRY_POLICY } from '../core/domain/delivery.ts';
import type { SendOutcome } from '../core/domain/delivery.ts';
import type { Email } from '../core/domain/email.ts';
import { DEFAULT_FAN_OUT_POLICY } from '../core/domain/fan-out.ts';
import { createEventConsumer } from '../infrastructure/event-consumer.ts';
import {
  inMemoryChannels,
  inMemoryDevices,
  inMemoryFanOuts,
  inMemoryNotifications,
  inMemoryPeople,
  inMemoryPreferences,
  inMemoryWithdrawals,
} from './in-memory-stores.ts';

export const GRACE_MS = 5_000;

/** The whole of notification on fakes, with a clock that only moves when told. */
export function createWorld(options: { start?: Date } = {}) {
  let now = options.start ?? new Date('2026-03-01T12:00:00.000Z');
  const clock = { now: () => now };
  const people = inMemoryPeople();
  const channels = inMemoryChannels();
  const fanOuts = inMemoryFanOuts(newId);
  const withdrawals = inMemoryWithdrawals();
  const notifications = inMemoryNotifications(newId);
  const devices = inMemoryDevices();
  const preferences = inMemoryPreferences();
  const mails: Email[] = [];
  const pushes: string[] = [];
  const far = {
    online: new Set<string>(),
    presenceAway: false,
    /** What the next sends answer; delivered when empty. */
    emailOutcomes: [] as SendOutcome[],
    pushOutcomes: [] as SendOutcome[],
  };
  const deps = {
    people,
    channels,
    fanOuts,
    withdrawals,
    notifications,
    devices,
    preferences,
    clock,
    newId,
    graceMs: GRACE_MS,
    policy: DEFAULT_FAN_OUT_POLICY,
    pushEnabled: true,
    presence: {
      async online(userIds: readonly string[]) {
        if (far.presenceAway) throw new Error('the gateway is away');
        return new Set(userIds.filter((userId) => far.online.has(userId)));
      },
    },
    email: {
      async send(email: Email): Promise<SendOutcome> {
        mails.push(email);
        return far.emailOutcomes.shift() ?? { kind: 'delivered' };
      },
    },
    push: {
      async send(token: string): Promise<SendOutcome> {
        pushes.push(token);
        return far.pushOutcomes.shift() ?? { kind: 'delivered' };
      },
    },
    emailContext: { publicUrl: 'https://chat.example.org', messageIdDomain: 'chat.example.org' },
    random: () => 0.5,
    retry: DEFAULT_RETRY_POLICY,
  };
  const consumer = createEventConsumer(deps);

  const drainFanOuts = async (): Promise<void> => {
    const claim = await fanOuts.claimDue(now, new Date(now.getTime() + 60_000));
    if (claim === null) return;
    await runFanOut(deps, claim);
    return drainFanOuts();
  };
  const drainDeliveries = async (): Promise<void> => {
    const claim = await notifications.claimDue(now, new Date(now.getTime() + 60_000));
    if (claim === null) return;
    await deliverNotification(deps, claim);
    return drainDeliveries();
  };

  return {
    deps,
    far,
    mails,
    pushes,
    now: () => now,
    event: <T extends EventType>(type: T, data: EventData<T>, time: Date = now): CloudEvent => ({
      specversion: '1.0',
      id: newId(),
      source: '/services/test',
      type,
      subject: 'test',
      time: time.toISOString(),
      datacontenttype: 'application/json',
      data,
    }),
    handle: (event: CloudEvent): Promise<void> => consumer.handle(event),
    /** Lets time pass and the workers do what is due by then. */
    async elapse(milliseconds: number): Promise<void> {
      now = new Date(now.getTime() + milliseconds);
      await drainFanOuts();
      await drainDeliveries();
    },
    mailsTo: (address: string): string[] =>
      mails.filter(({ to }) => to === address).map(({ subject }) => subject),
  };
}
export type World = ReturnType<typeof createWorld>;

/** Registrations, a group of all of them, and one message in it: the events in the order they happened. */
export function conversation(world: World, names: readonly string[]) {
  const users = names.map((name) => ({ name, userId: newId(), email: `${name}@example.org` }));
  const [sender] = users;
  if (sender === undefined) throw new Error('a conversation needs people');
  const channelId = newId();
  const at = world.now().toISOString();
  const registered = users.map(({ name, userId, email }) =>
    world.event('user.registered.v1', { userId, email, username: name, displayName: name, registeredAt: at }),
  );
  const created = world.event('chat.channel.created.v1', {
    channelId,
    kind: 'group',
    name: 'Tea',
    createdBy: sender.userId,
    memberIds: users.map(({ userId }) => userId),
    createdAt: at,
  });
  const message = (text: string, mentions: string[] = []): CloudEvent =>
    world.event('chat.message.created.v1', {
      messageId: `${channelId}:1`,
      channelId,
      seq: 1,
      senderId: sender.userId,
      text,
      attachments: [],
      mentions,
      createdAt: world.now().toISOString(),
    });
  const deleted = (): CloudEvent =>
    world.event('chat.message.deleted.v1', {
      messageId: `${channelId}:1`,
      channelId,
      seq: 1,
      entrySeq: 2,
      deletedBy: sender.userId,
      deletedAt: world.now().toISOString(),
    });
  return { users, sender, channelId, registered, created, message, deleted };
}
