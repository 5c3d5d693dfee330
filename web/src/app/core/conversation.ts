import type { Message } from '@chatplatform/contracts/http/chat';

/** A message on its way: it keeps its `clientMessageId` through every retry, so it is stored once. */
export interface Outgoing {
  clientMessageId: string;
  text: string;
  mediaIds: readonly string[];
  state: 'sending' | 'failed';
  reason?: string;
}

/**
 * One channel as this client knows it.
 *
 * `messages` is contiguous and ascending by `seq`. What arrives with places missing before it waits in `ahead` until the
 * gap is fetched: a reader never sees a hole, and never two messages in the wrong order.
 */
export interface Conversation {
  channelId: string;
  messages: readonly Message[];
  ahead: readonly Message[];
  outgoing: readonly Outgoing[];
}

export function emptyConversation(channelId: string): Conversation {
  return { channelId, messages: [], ahead: [], outgoing: [] };
}

/** The highest place up to which nothing is missing; 0 when nothing is known. */
export function contiguousSeq(conversation: Conversation): number {
  return conversation.messages.at(-1)?.seq ?? 0;
}

/** What to fetch: all after this place. Undefined while nothing is missing. */
export function gapAfter(conversation: Conversation): number | undefined {
  return conversation.ahead.length > 0 ? contiguousSeq(conversation) : undefined;
}

/** Takes in messages from anywhere, in any order, any number of times: the result is the same. */
export function merge(conversation: Conversation, arrived: readonly Message[]): Conversation {
  const bySeq = new Map<number, Message>();
  for (const message of [...conversation.messages, ...conversation.ahead, ...arrived])
    if (message.channelId === conversation.channelId) bySeq.set(message.seq, message);
  const all = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const start = startOf(conversation, all);
  let end = start;
  while (end + 1 < all.length && all[end + 1]?.seq === (all[end]?.seq ?? 0) + 1) end += 1;
  const stored = new Set(all.map((message) => message.clientMessageId));
  return {
    ...conversation,
    messages: start === -1 ? [] : all.slice(start, end + 1),
    ahead: start === -1 ? all : all.slice(end + 1),
    outgoing: conversation.outgoing.filter((message) => !stored.has(message.clientMessageId)),
  };
}

/**
 * Where the contiguous run begins: an older page that touches the run extends it downwards. Nothing known yet: a run can
 * begin only at the first message ever, anything later waits for its page.
 */
function startOf(conversation: Conversation, all: readonly Message[]): number {
  const anchor = conversation.messages[0]?.seq;
  if (anchor === undefined) return all[0]?.seq === 1 ? 0 : -1;
  let index = all.findIndex((message) => message.seq === anchor);
  while (index > 0 && all[index - 1]?.seq === (all[index]?.seq ?? 0) - 1) index -= 1;
  return index;
}

/** A page that the server vouches for as contiguous becomes the run itself (first load, or after a long absence). */
export function startFromPage(conversation: Conversation, page: readonly Message[]): Conversation {
  return merge(
    { ...conversation, messages: page, ahead: [...conversation.messages, ...conversation.ahead] },
    [],
  );
}

export function addOutgoing(conversation: Conversation, outgoing: Outgoing): Conversation {
  return { ...conversation, outgoing: [...conversation.outgoing, outgoing] };
}

export function markOutgoing(
  conversation: Conversation,
  clientMessageId: string,
  state: Outgoing['state'],
  reason?: string,
): Conversation {
  return {
    ...conversation,
    outgoing: conversation.outgoing.map((message) =>
      message.clientMessageId === clientMessageId
        ? { ...message, state, ...(reason === undefined ? {} : { reason }) }
        : message,
    ),
  };
}
