import type { ChannelKind, ChannelRole } from '@chatplatform/contracts/http/chat';
import type { OutboxEntry } from '@chatplatform/kit/mongo';
import type { Collection, Db } from 'mongodb';

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
  lastSeq: number;
  /** How often writers in different Pods wanted the same place; absent while they never did. */
  contention?: number;
  /** Absent once creation is complete: the index of what is not is sparse. */
  pendingMemberIds?: string[];
}

export interface MembershipDocument extends HoldsEvents {
  /** `<channelId>:<userId>` */
  _id: string;
  channelId: string;
  userId: string;
  role: ChannelRole;
  joinedAt: Date;
  readSeq: number;
  revision: number;
  active: boolean;
}

export interface MessageDocument extends HoldsEvents {
  /** `<channelId>:<seq>` */
  _id: string;
  channelId: string;
  seq: number;
  senderId: string;
  clientMessageId: string;
  text: string;
  attachments: { mediaId: string }[];
  mentions: string[];
  createdAt: Date;
}

export interface PersonDocument {
  _id: string;
}

export const channelsIn = (db: Db): Collection<ChannelDocument> => db.collection('channels');
export const membershipsIn = (db: Db): Collection<MembershipDocument> => db.collection('memberships');
export const peopleIn = (db: Db): Collection<PersonDocument> => db.collection('people');
/** Majority reads: a place seen as taken must never be rolled back (docs/adr/0003-message-sequence.md). */
export const messagesIn = (db: Db): Collection<MessageDocument> =>
  db.collection('messages', { readConcern: { level: 'majority' } });
