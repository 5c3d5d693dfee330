import { preferences as preferencesSchema } from '@chatplatform/contracts/http/notification';
import type { Preferences } from '@chatplatform/contracts/http/notification';
import type { Clock } from '@chatplatform/kit/clock';
import type { ChannelSummary } from '../domain/channel.ts';
import { nextAttemptAt, pendingDelivery } from '../domain/delivery.ts';
import type { Delivery } from '../domain/delivery.ts';
import { candidatesOf, decideFanOut } from '../domain/fan-out.ts';
import type { FanOut, FanOutPolicy, Postponement, Presence } from '../domain/fan-out.ts';
import type { Notification } from '../domain/notification.ts';
import { actorOf, channelOf } from '../domain/occasion.ts';
import type { Device, Person } from '../domain/person.ts';
import { wordingFor } from '../domain/wording.ts';
import type { DeviceRepository, PreferencesRepository } from '../ports/devices.ts';
import type { ClaimedFanOut, FanOutQueue } from '../ports/fan-out-queue.ts';
import type { NotificationRepository } from '../ports/notification-repository.ts';
import type { ChannelDirectory, PeopleRepository } from '../ports/projections.ts';
import type { PresenceReader } from '../ports/transports.ts';
import type { Withdrawals } from '../ports/withdrawals.ts';

export interface FanOutDeps {
  readonly fanOuts: FanOutQueue;
  readonly withdrawals: Pick<Withdrawals, 'isWithdrawn'>;
  readonly channels: ChannelDirectory;
  readonly people: PeopleRepository;
  readonly devices: DeviceRepository;
  readonly preferences: PreferencesRepository;
  readonly notifications: NotificationRepository;
  readonly presence: PresenceReader;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly policy: FanOutPolicy;
  readonly pushEnabled: boolean;
}

export interface FanOutResult {
  /** How many people were newly notified; zero when this is a repetition. */
  readonly notified: number;
  readonly postponed: Postponement | null;
  /** Why presence could not be asked, when it could not. */
  readonly presenceError: unknown;
}

/** Turns one claimed occasion into notifications for those who are to be told. Repeating it tells nobody twice. */
export async function runFanOut(deps: FanOutDeps, claim: ClaimedFanOut): Promise<FanOutResult> {
  const { fanOut } = claim;
  if (await isWithdrawn(deps, fanOut)) {
    await deps.fanOuts.settle(claim, deps.clock.now());
    return { notified: 0, postponed: null, presenceError: null };
  }
  const channelId = channelOf(fanOut.occasion);
  // The channel before its members: a channel that is known has all of its first members recorded.
  const channel = channelId === null ? null : await deps.channels.findChannel(channelId);
  const members = channelId === null ? [] : await deps.channels.activeMembers(channelId);
  const candidates = candidatesOf(fanOut, members);
  const { presence, presenceError } = await askPresence(deps.presence, candidates);
  const now = deps.clock.now();

  const decision = decideFanOut({ fanOut, channel, presence, now }, deps.policy);
  const notify = decision.action === 'settle' || decision.notify;
  const notified = notify ? await notifyCandidates(deps, { fanOut, channel, candidates, presence, now }) : 0;
  if (decision.action === 'settle') await deps.fanOuts.settle(claim, now);
  else await deps.fanOuts.postpone(claim, new Date(now.getTime() + decision.delayMs));
  return { notified, postponed: decision.action === 'postpone' ? decision.because : null, presenceError };
}

const isWithdrawn = async ({ withdrawals }: FanOutDeps, { occasion }: FanOut): Promise<boolean> =>
  occasion.kind === 'message' && (await withdrawals.isWithdrawn(occasion.messageId));

async function askPresence(
  reader: PresenceReader,
  userIds: readonly string[],
): Promise<{ presence: Presence; presenceError: unknown }> {
  if (userIds.length === 0) return { presence: new Set(), presenceError: null };
  try {
    return { presence: await reader.online(userIds), presenceError: null };
  } catch (error) {
    return { presence: null, presenceError: error };
  }
}

interface Gathered {
  readonly fanOut: FanOut;
  readonly channel: ChannelSummary | null;
  readonly candidates: readonly string[];
  readonly presence: Presence;
  readonly now: Date;
}

/** Bounds the memory and the size of one write of a channel with very many members. */
const CHUNK = 500;

async function notifyCandidates(deps: FanOutDeps, gathered: Gathered): Promise<number> {
  let notified = 0;
  for (let start = 0; start < gathered.candidates.length; start += CHUNK) {
    const candidates = gathered.candidates.slice(start, start + CHUNK);
    notified += await notifyChunk(deps, { ...gathered, candidates });
  }
  return notified;
}

async function notifyChunk(deps: FanOutDeps, gathered: Gathered): Promise<number> {
  const actorId = actorOf(gathered.fanOut.occasion);
  const [people, chosen, devices] = await Promise.all([
    deps.people.findMany([actorId]),
    deps.preferences.findMany(gathered.candidates),
    deps.pushEnabled ? deps.devices.findByUsers(gathered.candidates) : Promise.resolve([]),
  ]);
  const notifications = gathered.candidates
    .map((userId) =>
      compose(deps.newId(), gathered, {
        userId,
        actor: people.get(actorId),
        preferences: chosen.get(userId) ?? preferencesSchema.parse({}),
        devices: devices.filter((device) => device.userId === userId),
      }),
    )
    .filter((notification) => isWorthKeeping(notification));
  return notifications.length === 0 ? 0 : deps.notifications.addMissing(notifications);
}

interface Recipient {
  readonly userId: string;
  readonly actor: Person | undefined;
  readonly preferences: Preferences;
  readonly devices: readonly Device[];
}

function compose(id: string, gathered: Gathered, recipient: Recipient): Notification {
  const { fanOut, channel, now } = gathered;
  const offline = gathered.presence === null || !gathered.presence.has(recipient.userId);
  return {
    id,
    eventId: fanOut.eventId,
    userId: recipient.userId,
    ...wordingFor(fanOut.occasion, recipient.userId, {
      actorName: recipient.actor?.displayName ?? null,
      channel,
    }),
    channelId: channelOf(fanOut.occasion),
    createdAt: fanOut.occurredAt,
    deliveries: offline ? deliveriesFor(recipient, now) : [],
    traceparent: fanOut.traceparent,
  };
}

function deliveriesFor({ preferences, devices }: Recipient, now: Date): Delivery[] {
  const email = preferences.email ? [pendingDelivery('email', null, now)] : [];
  const push = preferences.push ? devices.map((device) => pendingDelivery('push', device.id, now)) : [];
  return [...email, ...push];
}

/** A plain message that nothing is sent for is already in the channel's unread count; everything else is kept to be listed. */
function isWorthKeeping(notification: Notification): boolean {
  return notification.kind !== 'message' || nextAttemptAt(notification.deliveries) !== null;
}
