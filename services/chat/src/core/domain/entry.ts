import type { ChannelRole } from '@chatplatform/contracts/http/chat';
import type { Message } from './message.ts';

/** How far one person has come. Each number only grows. */
export interface Receipt {
  readonly userId: string;
  readonly readSeq: number;
  /** Messages up to and including `readSeq`. */
  readonly readCount: number;
  /** Never before `readSeq`. */
  readonly deliveredSeq: number;
}

/** `revision`: of the membership, one more with each change. */
export type MembershipContent =
  | {
      readonly type: 'member-added' | 'role-changed';
      readonly userId: string;
      readonly role: ChannelRole;
      readonly revision: number;
    }
  | { readonly type: 'member-removed'; readonly userId: string; readonly revision: number };

/** What changes a message that was said before. */
export type MessageChangeContent =
  | {
      readonly type: 'message-edited';
      readonly messageSeq: number;
      readonly text: string;
      readonly mentions: readonly string[];
    }
  | { readonly type: 'message-deleted'; readonly messageSeq: number }
  | {
      readonly type: 'reaction-added' | 'reaction-removed';
      readonly messageSeq: number;
      readonly emoji: string;
    };

export type EntryContent =
  | { readonly type: 'message'; readonly message: Message }
  | MessageChangeContent
  | MembershipContent
  | { readonly type: 'archived' | 'unarchived' }
  | { readonly type: 'receipts'; readonly receipts: readonly Receipt[] };

/** Something that happened in a channel, at its place in the channel's one order. */
export type Entry = EntryContent & {
  /** `<channelId>:<seq>` */
  readonly id: string;
  readonly channelId: string;
  readonly seq: number;
  /** Messages up to and including this place. */
  readonly messageCount: number;
  /** null: of several people at once. */
  readonly actorId: string | null;
  /** What was done, unique for ever: the same operation again finds this entry. */
  readonly operation: string;
  readonly at: Date;
};
export type EntryOf<T extends Entry['type']> = Extract<Entry, { readonly type: T }>;

/** An entry about to be stored, with the trace context its event will carry. */
export interface OutgoingEntry {
  readonly entry: Entry;
  readonly traceparent?: string | undefined;
}

export const entryId = (channelId: string, seq: number): string => `${channelId}:${seq}`;

export function placeOf(id: string): Pick<Entry, 'channelId' | 'seq'> {
  const end = id.lastIndexOf(':');
  return { channelId: id.slice(0, end), seq: Number(id.slice(end + 1)) };
}

/** Inclusive range of seqs; empty when `first > last`. */
export const idsBetween = (channelId: string, first: number, last: number): string[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => entryId(channelId, first + index));

export const isMembershipEntry = (entry: Entry): entry is Entry & MembershipContent =>
  entry.type === 'member-added' || entry.type === 'member-removed' || entry.type === 'role-changed';

/** Somebody comes or goes: from this place on they hear what is said, or do not. */
export type Move = Entry & MembershipContent & { readonly type: 'member-added' | 'member-removed' };

export const isMove = (entry: Entry): entry is Move =>
  entry.type === 'member-added' || entry.type === 'member-removed';

export const isMessageChange = (entry: Entry): entry is Entry & MessageChangeContent => 'messageSeq' in entry;
