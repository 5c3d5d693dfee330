import type { ChannelKind } from '@chatplatform/contracts/http/chat';
import type { OutboxEntry } from '@chatplatform/kit/mongo';
import type { Collection, Db } from 'mongodb';
import type { EntryContent } from '../../core/domain/entry.ts';
import type { Membership } from '../../core/domain/membership.ts';
import type { MessageDraft, Reaction } from '../../core/domain/message.ts';
import type { Refusal } from '../../core/domain/unplaced.ts';

/** What caused events holds them until they are with the broker. */
interface HoldsEvents {
  outbox?: OutboxEntry[];
}

export interface ChannelDocument extends HoldsEvents {
  _id: string;
  kind: ChannelKind;
  name: string | null;
  /** The name in lower case, of public channels only: what they are found by. */
  publicName?: string;
  createdBy: string;
  createdAt: Date;
  /** Absent unless direct: the unique index is sparse. */
  directKey?: string;
  /** The cursor: everything up to here is in the documents; and how many messages that are. */
  lastSeq: number;
  messageCount: number;
  /** The seq of the last coming or going; absent while there was none. */
  movesSeq?: number;
  /** Entries of which whoever starts from the cursor has to tell the gateways; absent while there never was one. */
  untoldMoves?: string[];
  archived: boolean;
  /** The seq of the entry that made it so. */
  archivedSeq: number;
  /** How often writers in different Pods wanted the same place; absent while they never did. */
  contention?: number;
  /** The number up to which messages have expired; absent while none has. */
  expiredUpTo?: number;
  /** Absent once creation is complete: the index of what is not is sparse. */
  pendingMemberIds?: string[];
}

/** `_id`: `<channelId>:<userId>` */
export type MembershipDocument = { _id: string } & {
  -readonly [K in keyof Membership]: Membership[K] extends readonly (infer T)[] ? T[] : Membership[K];
};

interface PlacedDocument extends HoldsEvents {
  /** `<channelId>:<seq>` */
  _id: string;
  channelId: string;
  seq: number;
  messageCount: number;
  actorId: string | null;
  operation: string;
  at: Date;
  /** The gateways may not have been told of it, though no event of it waits. Absent otherwise: its index is sparse. */
  untoldSince?: Date;
}

export interface MessageDocument extends PlacedDocument {
  type: 'message';
  /** `<channelId>:<number>`, of messages only: the unique index is sparse. */
  numberKey: string;
  content: Omit<MessageDraft, 'channelId'>;
  /** What later entries made of it. */
  state: {
    version: number;
    /** The seqs of its edits. */
    edits: number[];
    /** Absent until it is edited. */
    edited?: { text: string; mentions: string[]; at: Date };
    reactions: Reaction[];
    deletedAt?: Date;
  };
}

export interface ChangeDocument extends PlacedDocument {
  type: 'change';
  content: Exclude<EntryContent, { type: 'message' }>;
}

export type EntryDocument = MessageDocument | ChangeDocument;

/** No entry, but it stands among them: the unique index keeps its operation from being done. */
export interface UnplacedDocument {
  /** `unplaced:<operation>` */
  _id: string;
  type: 'unplaced';
  operation: string;
  refusal: Refusal | null;
  /** The store removes it then. */
  expiresAt: Date;
}

export interface PersonDocument {
  _id: string;
  /** Does not want others to see how far they have read. */
  hidesReceipts?: boolean;
}

/** Majority reads: a place or a cursor that was seen must never be rolled back (docs/adr/0003-message-sequence.md). */
const MAJORITY = { readConcern: { level: 'majority' } } as const;

export const channelsIn = (db: Db): Collection<ChannelDocument> => db.collection('channels', MAJORITY);
export const membershipsIn = (db: Db): Collection<MembershipDocument> => db.collection('memberships');
export const peopleIn = (db: Db): Collection<PersonDocument> => db.collection('people');
export const entriesIn = (db: Db): Collection<EntryDocument> => db.collection('entries', MAJORITY);
export const firstResultsIn = (db: Db): Collection<EntryDocument | UnplacedDocument> =>
  db.collection('entries', MAJORITY);
