import type { Entry, EntryOf } from './entry.ts';

export interface Reaction {
  readonly emoji: string;
  readonly userId: string;
}

/** A message as it stands. Its `number` is dense among the messages of the channel, its `seq` among all entries. */
export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly seq: number;
  readonly number: number;
  /** The seq of the last entry that changed it; its own while none did. */
  readonly version: number;
  readonly senderId: string;
  /** Made by the client once a message; with `senderId` it names the message for ever. */
  readonly clientMessageId: string;
  readonly text: string;
  readonly originalText: string;
  readonly attachments: readonly { readonly mediaId: string }[];
  readonly mentions: readonly string[];
  /** The seq of the message it answers. */
  readonly replyTo: number | null;
  readonly reactions: readonly Reaction[];
  readonly createdAt: Date;
  readonly editedAt: Date | null;
  /** The seqs of its edits, the first first. */
  readonly edits: readonly number[];
  readonly deletedAt: Date | null;
}

/** What a sender wants said, before it has a place. */
export type MessageDraft = Pick<
  Message,
  'channelId' | 'senderId' | 'clientMessageId' | 'text' | 'attachments' | 'mentions' | 'replyTo'
>;

/** As it is the moment it is said; its place is filled in when it gets one. */
export const unplaced = (draft: MessageDraft): Message => ({
  ...draft,
  originalText: draft.text,
  id: '',
  seq: 0,
  number: 0,
  version: 0,
  reactions: [],
  createdAt: new Date(0),
  editedAt: null,
  edits: [],
  deletedAt: null,
});

export const placed = (message: Message, { id, seq, messageCount, at }: PlaceOf): Message => ({
  ...message,
  id,
  seq,
  number: messageCount,
  version: seq,
  createdAt: at,
});
type PlaceOf = Pick<Entry, 'id' | 'seq' | 'messageCount' | 'at'>;

/** A message is found by its number as well as by its place. */
export const numberKey = (channelId: string, number: number): string => `${channelId}:${number}`;

type Change = EntryOf<'message-edited' | 'message-deleted' | 'reaction-added' | 'reaction-removed'>;

const without = (reactions: readonly Reaction[], gone: Reaction): Reaction[] =>
  reactions.filter(({ emoji, userId }) => emoji !== gone.emoji || userId !== gone.userId);

/** The message after the entry; one that came before what is known of it changes nothing, nor does any after its deletion. */
export function changed(message: Message, entry: Change): Message {
  if (entry.seq <= message.version || entry.messageSeq !== message.seq || message.deletedAt) return message;
  const next = { ...message, version: entry.seq };
  switch (entry.type) {
    case 'message-edited':
      return {
        ...next,
        text: entry.text,
        mentions: entry.mentions,
        editedAt: entry.at,
        edits: [...message.edits, entry.seq],
      };
    case 'message-deleted':
      return {
        ...next,
        text: '',
        originalText: '',
        attachments: [],
        mentions: [],
        reactions: [],
        deletedAt: entry.at,
      };
    case 'reaction-added':
    case 'reaction-removed': {
      const reaction = { emoji: entry.emoji, userId: entry.actorId ?? '' };
      const others = without(message.reactions, reaction);
      return { ...next, reactions: entry.type === 'reaction-added' ? [...others, reaction] : others };
    }
  }
}
