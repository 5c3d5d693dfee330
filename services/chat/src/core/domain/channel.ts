import type { ChannelKind } from '@chatplatform/contracts/http/chat';
import type { Membership } from './membership.ts';

export interface Channel {
  readonly id: string;
  readonly kind: ChannelKind;
  /** null for a direct channel. */
  readonly name: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Both people of a direct channel in one order, unique: there is one direct channel a pair. Else null. */
  readonly directKey: string | null;
  /** A lower bound of the channel's last seq, 0 at birth. The messages themselves are the truth. */
  readonly lastSeqHint: number;
  /** People whose memberships creation has yet to write; empty once creation is complete. */
  readonly pendingMemberIds: readonly string[];
}

/** A channel as one of its members sees it. */
export interface ChannelView {
  readonly channel: Channel;
  readonly membership: Membership;
  readonly memberCount: number;
  readonly lastSeq: number;
}

const KEY_SEPARATOR = ':';

/** The same key whichever of the two asks. */
export const directKey = (userId: string, peerId: string): string =>
  [userId, peerId].sort().join(KEY_SEPARATOR);

/** The other person of a direct channel; null for other kinds. */
export function peerOf(channel: Pick<Channel, 'directKey'>, userId: string): string | null {
  return channel.directKey?.split(KEY_SEPARATOR).find((id) => id !== userId) ?? null;
}

/** What of one's read mark is worth telling whom: in a public channel only one's own devices need it. */
export const sharesReadMarks = (channel: Pick<Channel, 'kind'>): boolean => channel.kind !== 'public';
