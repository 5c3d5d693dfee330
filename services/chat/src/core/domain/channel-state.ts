import type { Channel } from './channel.ts';
import type { Entry } from './entry.ts';
import { isMembershipEntry, isMessageChange } from './entry.ts';
import type { Standing } from './membership.ts';
import { changed } from './message.ts';
import type { Message } from './message.ts';

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
  if (entry.type === 'archived' || entry.type === 'unarchived') {
    return { ...next, channel: { ...state.channel, archived: entry.type === 'archived' } };
  }
  if (isMessageChange(entry)) {
    const message = state.messages.get(entry.messageSeq);
    if (!message) return next;
    return { ...next, messages: new Map(state.messages).set(message.seq, changed(message, entry)) };
  }
  if (!isMembershipEntry(entry)) return next;
  const known = state.standings.get(entry.userId);
  // Read from a document that was ahead of this entry already.
  if (known && known.revision >= entry.revision) return next;
  const standing: Standing = {
    userId: entry.userId,
    role: entry.type === 'member-removed' ? (known?.role ?? 'member') : entry.role,
    active: entry.type !== 'member-removed',
    revision: entry.revision,
  };
  return { ...next, standings: new Map(state.standings).set(entry.userId, standing) };
}
