import { idsBetween } from '../domain/message.ts';
import type { Message } from '../domain/message.ts';
import { pageRange } from '../domain/page.ts';
import type { PageRequest } from '../domain/page.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { MessageLog } from '../ports/message-log.ts';
import type { LastSeqReader } from './last-seq-reader.ts';
import { requireChannel, requireMembership } from './require-access.ts';

export interface ListMessagesDeps {
  readonly channels: Pick<ChannelStore, 'find'>;
  readonly memberships: Pick<MembershipStore, 'find'>;
  readonly log: Pick<MessageLog, 'read'>;
  readonly lastSeqs: Pick<LastSeqReader, 'of'>;
}

export interface ListMessagesProps extends PageRequest {
  readonly channelId: string;
  readonly userId: string;
}

export interface MessagePage {
  /** Ascending by seq, without a gap. */
  readonly items: readonly Message[];
  readonly complete: boolean;
  readonly lastSeq: number;
}

/**
 * One page of a channel's messages.
 * @throws DomainError `not-found` for a channel one is not in
 */
export async function listMessages(
  deps: ListMessagesDeps,
  { channelId, userId, ...request }: ListMessagesProps,
): Promise<MessagePage> {
  const [channel, membership] = await Promise.all([
    requireChannel(deps.channels, channelId),
    requireMembership(deps.memberships, channelId, userId),
  ]);
  const bound = Math.max(channel.lastSeqHint, membership.readSeq);
  const lastSeq = await deps.lastSeqs.of(channelId, bound);
  const { first, last, complete } = pageRange(request, lastSeq);
  const ids = idsBetween(channelId, first, last);
  const items = ids.length === 0 ? [] : await deps.log.read(ids);
  // A partial answer is never passed off as a whole one: a hole would mean that the store lost a message.
  if (items.length !== ids.length) {
    throw new Error(`channel ${channelId}: ${items.length} of ${ids.length} messages from seq ${first}`);
  }
  return { items, complete, lastSeq };
}
