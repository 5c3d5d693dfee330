import type { Channel } from '../domain/channel.ts';
import type { Message } from '../domain/message.ts';
import { pageRange } from '../domain/page.ts';
import type { EntryLog } from '../ports/entry-log.ts';
import { messagesUpTo } from './messages-up-to.ts';
import { readAsMember } from './read-as-member.ts';
import type { AccessDeps } from './read-as-member.ts';

export interface ListMessagesDeps extends AccessDeps {
  readonly log: Pick<EntryLog, 'read' | 'readMessages'>;
}

export interface ListMessagesProps {
  readonly channelId: string;
  readonly userId: string;
  /** Those after a seq, those before one, or the newest. */
  readonly afterSeq?: number | undefined;
  readonly beforeSeq?: number | undefined;
  readonly limit: number;
}

export interface MessagePage {
  /** Ascending, without a gap in their numbers. */
  readonly items: readonly Message[];
  readonly complete: boolean;
  /** What happened up to here is in the items. */
  readonly lastSeq: number;
}

/**
 * One page of a channel's messages as they stand.
 * @throws DomainError `not-found` for a channel one is not in
 */
export async function listMessages(
  deps: ListMessagesDeps,
  { channelId, userId, afterSeq, beforeSeq, limit }: ListMessagesProps,
): Promise<MessagePage> {
  const read = async (channel: Channel): Promise<MessagePage> => {
    const { lastSeq } = channel;
    const [after, before] = await Promise.all([
      afterSeq === undefined ? undefined : messagesUpTo(deps.log, channel, afterSeq),
      beforeSeq === undefined ? undefined : messagesUpTo(deps.log, channel, beforeSeq - 1),
    ]);
    const { numbers, complete } = pageRange({ after, upTo: before, limit }, channel.messageCount);
    const items = numbers.length === 0 ? [] : await deps.log.readMessages(channelId, numbers);
    // A partial answer is never passed off as a whole one: a hole would mean that the store lost a message.
    if (items.length !== numbers.length) {
      throw new Error(
        `channel ${channelId}: ${items.length} of ${numbers.length} messages from ${numbers[0]}`,
      );
    }
    return { items, complete, lastSeq };
  };
  return (await readAsMember(deps, { channelId, userId }, read)).content;
}
