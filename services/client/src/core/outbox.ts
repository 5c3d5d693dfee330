import type { SendMessageRequest } from '@chatplatform/contracts/http/chat';
import type { Problem } from '@chatplatform/contracts/problem';
import { backoffMs, type BackoffPolicy } from './backoff.ts';
import type { Failure } from './failure.ts';

/** What is to be said. `clientMessageId` is made once and kept through every attempt, so that it is stored once. */
export interface OutgoingMessage {
  readonly channelId: string;
  readonly message: SendMessageRequest;
}

/**
 * A message that is not known to be stored.
 *
 * `waiting`: to be sent at `dueAt` (ms) or later. `sending`: an attempt is under way. `refused`: the server will not take
 * it; it stays until a person retries or discards it.
 */
export type PendingSend = OutgoingMessage & {
  readonly attempts: number;
  readonly state: 'waiting' | 'sending' | 'refused';
  readonly dueAt: number;
  /** Why the last attempt failed, where the server said so. */
  readonly problem?: Problem;
};

/**
 * Everything one has said that is not known to be stored, in the order it was said.
 *
 * One attempt a channel is under way at a time: were a second message sent before the first is acknowledged, a failure of
 * the first would put it behind the second. Messages of different channels do not wait for one another.
 */
export interface Outbox {
  readonly sends: readonly PendingSend[];
}

export const EMPTY_OUTBOX: Outbox = { sends: [] };

/** Saying the same (by `clientMessageId`) again changes nothing. */
export function enqueue(outbox: Outbox, outgoing: OutgoingMessage): Outbox {
  const { clientMessageId } = outgoing.message;
  if (outbox.sends.some((send) => idOf(send) === clientMessageId)) return outbox;
  return { sends: [...outbox.sends, { ...outgoing, attempts: 0, state: 'waiting', dueAt: 0 }] };
}

/** What may go out now: of each channel the first that is not refused, if none of the channel is under way. */
export function dueSends(outbox: Outbox, now: number): PendingSend[] {
  return headsOf(outbox).filter((send) => send.state === 'waiting' && send.dueAt <= now);
}

/** When there is next something to send; undefined while nothing waits. */
export function nextDueAt(outbox: Outbox): number | undefined {
  const times = headsOf(outbox).flatMap((send) => (send.state === 'waiting' ? [send.dueAt] : []));
  return times.length === 0 ? undefined : Math.min(...times);
}

function headsOf(outbox: Outbox): PendingSend[] {
  const heads = new Map<string, PendingSend>();
  for (const send of outbox.sends)
    if (send.state !== 'refused' && !heads.has(send.channelId)) heads.set(send.channelId, send);
  return [...heads.values()];
}

export function markSending(outbox: Outbox, clientMessageId: string): Outbox {
  return change(outbox, clientMessageId, (send) => ({
    ...send,
    state: 'sending',
    attempts: send.attempts + 1,
  }));
}

/** Stored: by its acknowledgement, or because it was seen in the channel's stream, whichever comes first. */
export function markStored(outbox: Outbox, clientMessageId: string): Outbox {
  const sends = outbox.sends.filter((send) => idOf(send) !== clientMessageId);
  return sends.length === outbox.sends.length ? outbox : { sends };
}

/** An attempt failed: tried again later, or given back to the person when trying again is of no use. */
export function markFailed(
  outbox: Outbox,
  clientMessageId: string,
  failure: Failure,
  { now, random, policy }: { now: number; random: number; policy: BackoffPolicy },
): Outbox {
  const problem = failure.kind === 'lost' ? {} : { problem: failure.problem };
  return change(outbox, clientMessageId, (send) => {
    if (failure.kind === 'refused') return { ...send, ...problem, state: 'refused' };
    const retryAfterMs = failure.kind === 'later' ? failure.retryAfterMs : 0;
    const dueAt = now + backoffMs(policy, Math.max(1, send.attempts), random, retryAfterMs);
    return { ...send, ...problem, state: 'waiting', dueAt };
  });
}

/** The connection ended: whatever was under way may or may not be stored, and is sent again on the next one. */
export function markInterrupted(outbox: Outbox): Outbox {
  if (!outbox.sends.some((send) => send.state === 'sending')) return outbox;
  return {
    sends: outbox.sends.map((send) =>
      send.state === 'sending' ? { ...send, state: 'waiting', dueAt: 0 } : send,
    ),
  };
}

/**
 * A person asks for one that was refused to be sent again; it goes behind what was said since. Under a new id: what the
 * old one was answered with, it is answered with for good.
 */
export function retrySend(outbox: Outbox, clientMessageId: string, newId: string): Outbox {
  const refused = outbox.sends.find((send) => idOf(send) === clientMessageId && send.state === 'refused');
  if (refused === undefined) return outbox;
  const { channelId, message } = refused;
  const left = { sends: outbox.sends.filter((other) => other !== refused) };
  return enqueue(left, { channelId, message: { ...message, clientMessageId: newId } });
}

/** One that is under way cannot be taken back any more. */
export function discardSend(outbox: Outbox, clientMessageId: string): Outbox {
  return {
    sends: outbox.sends.filter((send) => idOf(send) !== clientMessageId || send.state === 'sending'),
  };
}

/** What was kept when the program ended: nothing of it is under way any more. */
export function restoreOutbox(sends: readonly PendingSend[]): Outbox {
  return markInterrupted({ sends });
}

const idOf = (send: PendingSend): string => send.message.clientMessageId;

function change(outbox: Outbox, clientMessageId: string, next: (send: PendingSend) => PendingSend): Outbox {
  return { sends: outbox.sends.map((send) => (idOf(send) === clientMessageId ? next(send) : send)) };
}
