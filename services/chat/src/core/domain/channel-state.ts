import type { Channel } from './channel.ts';
import { isMembershipEntry, isMessageChange } from './entry.ts';
import type { Entry, MembershipContent } from './entry.ts';
import type { Standing } from './membership.ts';
import { changed } from './message.ts';
import type { Message } from './message.ts';
import type { MessageChange } from './projection.ts';

/** What a writer decides by: a channel as it is right after its last entry. */
export interface ChannelState {
  readonly channel: Pick<Channel, 'id' | 'kind' | 'archived'>;
  readonly seq: number;
  readonly messageCount: number;
  /** Of those who were asked about; whoever is missing was not, or was never there. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** Of the messages that were asked about, by seq. */
  readonly messages: ReadonlyMap<number, Message>;
}

/** The state after the next entry. */
export function advanced(state: ChannelState, entry: Entry): ChannelState {
  const next = { ...state, seq: entry.seq, messageCount: entry.messageCount };
  if (isMessageChange(entry)) return { ...next, messages: withChange(state.messages, entry) };
  if (isMembershipEntry(entry)) return { ...next, standings: withStanding(state.standings, entry) };
  if (entry.type !== 'archived' && entry.type !== 'unarchived') return next;
  return { ...next, channel: { ...state.channel, archived: entry.type === 'archived' } };
}

function withChange(messages: ChannelState['messages'], change: MessageChange): ChannelState['messages'] {
  const message = messages.get(change.messageSeq);
  return message ? new Map(messages).set(message.seq, changed(message, change)) : messages;
}

function withStanding(
  standings: ChannelState['standings'],
  content: MembershipContent,
): ChannelState['standings'] {
  const known = standings.get(content.userId);
  // Read from a document that was ahead of this entry already.
  if (known && known.revision >= content.revision) return standings;
  return new Map(standings).set(content.userId, {
    userId: content.userId,
    role: content.type === 'member-removed' ? (known?.role ?? 'member') : content.role,
    active: content.type !== 'member-removed',
    revision: content.revision,
  });
}
