import type { Message } from '@chatplatform/contracts/http/chat';
import type { Receipt, StreamEntry } from '@chatplatform/contracts/http/stream';
import { type ChannelLog, emptyLog, headOf, noteLastSeq, takeEntries } from './channel-log.ts';

/** What a channel looks like, made of a page of messages and of every entry of its stream since. */
export interface Timeline {
  readonly log: ChannelLog<StreamEntry>;
  /** As they stand, ascending and without holes from the oldest that was loaded. */
  readonly messages: readonly Message[];
  /** How far each person has read and was delivered to, of those who share it. */
  readonly receipts: ReadonlyMap<string, Receipt>;
  /** Whether there is something before the first message. */
  readonly older: boolean;
}

/** @param base everything after this place is wanted */
export function emptyTimeline(channelId: string, base: number): Timeline {
  return { log: emptyLog(channelId, base), messages: [], receipts: new Map(), older: base > 0 };
}

/** A page of messages as they stand, the newest; the stream goes on after its `lastSeq`. */
export function timelineFrom(
  channelId: string,
  page: { readonly items: readonly Message[]; readonly complete: boolean; readonly lastSeq: number },
): Timeline {
  return { ...emptyTimeline(channelId, page.lastSeq), messages: page.items, older: !page.complete };
}

/** Takes in entries from anywhere, in any order, any number of times: what becomes contiguous is applied in its order. */
export function takeIn(timeline: Timeline, arrived: readonly StreamEntry[], lastSeq = 0): Timeline {
  const log = noteLastSeq(takeEntries(timeline.log, arrived), lastSeq);
  if (log === timeline.log) return timeline;
  const applied = headOf(timeline.log) - timeline.log.base;
  return log.entries.slice(applied).reduce(applyEntry, { ...timeline, log });
}

/** Puts an older page before what is held, with what happened to its messages while it was on its way. */
export function takeOlder(
  timeline: Timeline,
  page: { readonly items: readonly Message[]; readonly complete: boolean },
): Timeline {
  const [first] = timeline.messages;
  const older = page.items.filter(({ seq }) => first === undefined || seq < first.seq);
  const brought = timeline.log.entries.reduce(
    (messages, entry) => (entry.type === 'message' ? messages : changeMessages(messages, entry)),
    older as readonly Message[],
  );
  return { ...timeline, messages: [...brought, ...timeline.messages], older: !page.complete };
}

/** The next entry of the stream. One of a kind that this client does not know takes its place and does nothing. */
function applyEntry(timeline: Timeline, entry: StreamEntry): Timeline {
  if (entry.type === 'receipts') return { ...timeline, receipts: raise(timeline.receipts, entry.receipts) };
  const messages = changeMessages(timeline.messages, entry);
  return messages === timeline.messages ? timeline : { ...timeline, messages };
}

function changeMessages(messages: readonly Message[], entry: StreamEntry): readonly Message[] {
  if (entry.type === 'message') return [...messages, entry.message];
  const change = changeOf(entry);
  if (change === undefined) return messages;
  const index = messages.findIndex(({ seq }) => seq === change.messageSeq);
  const message = messages[index];
  // Not loaded, or fetched later than this entry's place: then it is in the message already.
  if (message === undefined || message.version >= entry.seq) return messages;
  return messages.with(index, { ...change.apply(message), version: entry.seq });
}

interface MessageChange {
  readonly messageSeq: number;
  readonly apply: (message: Message) => Message;
}

function changeOf(entry: StreamEntry): MessageChange | undefined {
  switch (entry.type) {
    case 'message-edited':
      return {
        messageSeq: entry.messageSeq,
        apply: (message) => ({ ...message, text: entry.text, mentions: entry.mentions, editedAt: entry.at }),
      };
    case 'message-deleted':
      return {
        messageSeq: entry.messageSeq,
        apply: (message) => ({
          ...message,
          text: '',
          attachments: [],
          mentions: [],
          reactions: [],
          deletedAt: entry.at,
        }),
      };
    case 'reaction-added':
    case 'reaction-removed':
      return {
        messageSeq: entry.messageSeq,
        apply: (message) => ({ ...message, reactions: react(message.reactions, entry) }),
      };
    default:
      return undefined;
  }
}

function react(
  reactions: Message['reactions'],
  { type, emoji, actorId }: { type: string; emoji: string; actorId: string },
): Message['reactions'] {
  const others = (reactions.find((reaction) => reaction.emoji === emoji)?.userIds ?? []).filter(
    (userId) => userId !== actorId,
  );
  const userIds = type === 'reaction-added' ? [...others, actorId] : others;
  const known = reactions.some((reaction) => reaction.emoji === emoji);
  const next = known
    ? reactions.map((reaction) => (reaction.emoji === emoji ? { emoji, userIds } : reaction))
    : [...reactions, { emoji, userIds }];
  return next.filter((reaction) => reaction.userIds.length > 0);
}

function raise(
  known: ReadonlyMap<string, Receipt>,
  receipts: readonly Receipt[],
): ReadonlyMap<string, Receipt> {
  const next = new Map(known);
  for (const receipt of receipts) {
    const before = next.get(receipt.userId);
    next.set(receipt.userId, {
      userId: receipt.userId,
      readSeq: Math.max(before?.readSeq ?? 0, receipt.readSeq),
      readCount: Math.max(before?.readCount ?? 0, receipt.readCount),
      deliveredSeq: Math.max(before?.deliveredSeq ?? 0, receipt.deliveredSeq),
    });
  }
  return next;
}
