import { operations } from '../domain/operation.ts';
import type { EntryLog } from '../ports/entry-log.ts';
import type { ExpiringChannel, ExpiryProgress } from '../ports/expiry-progress.ts';
import type { Message } from '../domain/message.ts';
import type { Appender } from './append/create-appender.ts';

export interface ExpireMessagesDeps {
  readonly progress: ExpiryProgress;
  readonly log: Pick<EntryLog, 'readMessages'>;
  readonly appender: Pick<Appender, 'append'>;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Messages of one channel at a time: what people say meanwhile waits for one group, not for a whole channel. */
const BATCH = 100;
/** Between batches: everybody in the channel is told of each deletion. */
const PAUSE_MS = 250;
const CHANNELS = 100;

/**
 * Deletes the messages said before `cutoff`: as if their senders did, so each deletion is an entry of the channel's
 * stream, clients that are connected or sync later hear of it, and tombstones keep places and counts. Text and
 * attachments are gone. Again is the same, also by several processes at once.
 * @param limit messages at most; what is left is the next run's
 * @returns how many were deleted
 */
export async function expireMessages(
  deps: ExpireMessagesDeps,
  { cutoff, limit }: { readonly cutoff: Date; readonly limit: number },
): Promise<number> {
  let expired = 0;
  for (let after = ''; ;) {
    const channels = await deps.progress.page(cutoff, after, CHANNELS);
    for (const channel of channels) {
      expired += await expireIn(deps, channel, { cutoff, limit: limit - expired });
      if (expired >= limit) return expired;
    }
    const last = channels.at(-1);
    if (last === undefined || channels.length < CHANNELS) return expired;
    after = last.channelId;
  }
}

async function expireIn(
  deps: ExpireMessagesDeps,
  { channelId, expiredUpTo }: ExpiringChannel,
  { cutoff, limit }: { readonly cutoff: Date; readonly limit: number },
): Promise<number> {
  let expired = 0;
  for (let upTo = expiredUpTo; expired < limit;) {
    const numbers = Array.from({ length: BATCH }, (_, index) => upTo + index + 1);
    const messages = await deps.log.readMessages(channelId, numbers);
    const old = leading(messages, ({ createdAt }) => createdAt < cutoff);
    const last = old.at(-1);
    if (last === undefined) return expired;
    const due = old.filter(({ deletedAt }) => deletedAt === null);
    const deleted = await Promise.all(due.map((message) => expireOne(deps, message)));
    expired += deleted.filter(Boolean).length;
    upTo = last.number;
    // After the deletions: a process that dies in between does them again, which is nothing.
    await deps.progress.advance(channelId, upTo);
    if (old.length < BATCH) return expired;
    await deps.pause(PAUSE_MS);
  }
  return expired;
}

function leading<T>(items: readonly T[], holds: (item: T) => boolean): readonly T[] {
  const end = items.findIndex((item) => !holds(item));
  return end < 0 ? items : items.slice(0, end);
}

/** @returns whether this deleted it */
async function expireOne(
  { appender }: ExpireMessagesDeps,
  { id, channelId, seq, senderId }: Message,
): Promise<boolean> {
  const { entry, repeated } = await appender.append({
    channelId,
    // Nobody else did: what is told names the sender.
    actorId: senderId,
    operation: operations.remove(id),
    concerns: [],
    messages: [seq],
    // Whoever may or may not delete it: it is the platform that does. In an archived channel as well.
    decide: ({ messages }) => {
      const message = messages.get(seq);
      return message === undefined || message.deletedAt
        ? undefined
        : { type: 'message-deleted', messageSeq: seq };
    },
  });
  return entry !== null && entry !== undefined && !repeated;
}
