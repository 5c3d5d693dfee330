import type { ChannelKind } from '@chatplatform/contracts/http/chat';
import type { Membership } from './membership.ts';

export interface Channel {
  readonly id: string;
  readonly kind: ChannelKind;
  /** null for a direct channel, and for a group without a name. */
  readonly name: string | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Both people of a direct channel in one order, unique: there is one direct channel a pair. Else null. */
  readonly directKey: string | null;
  /** Nothing more is said in it. */
  readonly archived: boolean;
  /** The cursor: everything up to this seq is in the documents. The entries themselves are the truth. */
  readonly lastSeq: number;
  /** Messages up to and including `lastSeq`. */
  readonly messageCount: number;
  /** The seq of the last coming or going up to the cursor; 0 when there was none since creation. */
  readonly movesSeq: number;
  /** Entries up to the cursor, somebody's coming or going each, that the gateways may not know of. Mostly none. */
  readonly untoldMoves: readonly string[];
  /** People whose memberships creation has yet to write; empty once creation is complete. */
  readonly pendingMemberIds: readonly string[];
}

/** A channel as one of its members sees it. */
export interface ChannelView {
  readonly channel: Channel;
  readonly membership: Membership;
  readonly memberCount: number;
}

const KEY_SEPARATOR = ':';

/** The same key whichever of the two asks. */
export const directKey = (userId: string, peerId: string): string =>
  [userId, peerId].sort().join(KEY_SEPARATOR);

/** The other person of a direct channel; null for other kinds. */
export function peerOf(channel: Pick<Channel, 'directKey'>, userId: string): string | null {
  return channel.directKey?.split(KEY_SEPARATOR).find((id) => id !== userId) ?? null;
}

/** More readers than this are nobody's to be told one by one. */
const RECEIPTS_AMONG = 100;

/** Whether members see how far the others have read. */
export const sharesReceipts = ({ kind }: Pick<Channel, 'kind'>, memberCount: number): boolean =>
  (kind === 'direct' || kind === 'group') && memberCount <= RECEIPTS_AMONG;
