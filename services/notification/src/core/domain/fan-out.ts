import type { ChannelSummary, Membership } from './channel.ts';
import type { Occasion } from './occasion.ts';

/**
 * An occasion that waits to be turned into notifications. It is stored before its event is acknowledged, and kept
 * for a while after it was resolved: a membership event that arrives after the messages it concerns re-opens it.
 */
export interface FanOut {
  readonly eventId: string;
  readonly occasion: Occasion;
  readonly occurredAt: Date;
  /** W3C trace context of the event, so the mail is part of the trace of the message. */
  readonly traceparent: string | null;
}

/** Why a fan-out is not finished yet, and how long that is waited for. */
export type Postponement = 'channel-unknown' | 'presence-unavailable';

export interface FanOutPolicy {
  /** How long an unreachable gateway is waited for before everyone counts as offline. */
  readonly presencePatienceMs: number;
  /** How long a channel that is not known yet is waited for, and how long a settled fan-out can be re-opened. */
  readonly horizonMs: number;
  /** The first wait; later ones grow with the age of the fan-out. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
}

export const DEFAULT_FAN_OUT_POLICY: FanOutPolicy = {
  presencePatienceMs: 60_000,
  horizonMs: 3_600_000,
  retryMs: 2_000,
  maxRetryMs: 600_000,
};

/** Clocks of two chat replicas may differ by this much; a member added just before a message still counts. */
export const CLOCK_SKEW_MS = 5_000;

/**
 * Who is to be told: members of the channel (or the one addressed), never the actor, and nobody who joined after
 * it happened. The last matters only when a late membership re-opens an old fan-out.
 */
export function candidatesOf(fanOut: FanOut, members: readonly Membership[]): string[] {
  const { occasion } = fanOut;
  if (occasion.kind !== 'message')
    return occasion.recipientId === occasion.actorId ? [] : [occasion.recipientId];
  const latestJoin = fanOut.occurredAt.getTime() + CLOCK_SKEW_MS;
  return members
    .filter(
      (member) =>
        member.active && member.userId !== occasion.senderId && member.since.getTime() <= latestJoin,
    )
    .map((member) => member.userId);
}

/** What presence said: null when the gateway could not be asked. */
export type Presence = ReadonlySet<string> | null;

export type FanOutDecision =
  | {
      readonly action: 'postpone';
      readonly because: Postponement;
      readonly notify: boolean;
      readonly delayMs: number;
    }
  | { readonly action: 'settle' };

/**
 * An unknown channel does not hold back the members already known: they are told now, the rest when the channel's events
 * arrive. Those re-open the fan-out at once, so the repetition is a safety net and may be slow. Unknown presence does hold
 * back, for a bounded time: then a mail too many is better than one too few.
 */
export function decideFanOut(
  input: { fanOut: FanOut; channel: ChannelSummary | null; presence: Presence; now: Date },
  policy: FanOutPolicy,
): FanOutDecision {
  const age = input.now.getTime() - input.fanOut.occurredAt.getTime();
  const delayMs = Math.min(policy.maxRetryMs, Math.max(policy.retryMs, age / 2));
  if (input.presence === null && age < policy.presencePatienceMs) {
    return { action: 'postpone', because: 'presence-unavailable', notify: false, delayMs };
  }
  const needsChannel = input.fanOut.occasion.kind === 'message';
  if (needsChannel && input.channel === null && age < policy.horizonMs) {
    return { action: 'postpone', because: 'channel-unknown', notify: true, delayMs };
  }
  return { action: 'settle' };
}
