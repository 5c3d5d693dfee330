import type { ChannelRole } from '@chatplatform/contracts/http/chat';
import { isMessageChange, isMove } from './entry.ts';
import type { Entry, EntryOf, Receipt } from './entry.ts';

/**
 * What entries change in the documents. `bySeq` and `revision` guard: a document that has seen that or later is left as
 * it is, so that applying twice, or late, harms nothing. `read` only ever raises.
 */
export type MembershipChange =
  | ({ readonly kind: 'read' } & Receipt)
  | {
      readonly kind: 'mentioned';
      readonly userId: string;
      readonly messageSeq: number;
      readonly bySeq: number;
    }
  /** Of everybody but these. */
  | {
      readonly kind: 'not-mentioned';
      readonly except: readonly string[];
      readonly messageSeq: number;
      readonly bySeq: number;
    }
  | {
      readonly kind: 'added';
      readonly userId: string;
      readonly role: ChannelRole;
      readonly revision: number;
      readonly at: Date;
    }
  | {
      readonly kind: 'role';
      readonly userId: string;
      readonly role: ChannelRole;
      readonly revision: number;
    }
  | { readonly kind: 'removed'; readonly userId: string; readonly revision: number };

export type MessageChange = EntryOf<
  'message-edited' | 'message-deleted' | 'reaction-added' | 'reaction-removed'
>;

export interface Changes {
  /** In this order. */
  readonly memberships: readonly MembershipChange[];
  /** In this order, after the memberships. */
  readonly messages: readonly MessageChange[];
  readonly archived?: { readonly value: boolean; readonly bySeq: number };
  /** Written last: everything up to here is in the documents. `movesSeq` is left out when nobody came or went. */
  readonly cursor: { readonly seq: number; readonly messageCount: number; readonly movesSeq?: number };
  /** Written with the cursor: those of these entries that whoever starts from it has to tell of. */
  readonly untoldMoves: readonly string[];
}

/**
 * @param entries consecutive, at least one
 * @param untoldMoves the ids of those that the gateways may not know of
 */
export function changesOf(entries: readonly Entry[], untoldMoves: readonly string[] = []): Changes {
  const last = entries.at(-1);
  if (!last) throw new Error('nothing to project');
  const lastMove = entries.findLast(isMove);
  const archiving = entries.findLast(({ type }) => type === 'archived' || type === 'unarchived');
  return {
    // Reading commutes with everything else: one raise a person does.
    memberships: [...entries.flatMap(membershipChanges), ...furthest(entries.flatMap(readersOf))],
    messages: entries.filter(isMessageChange),
    ...(archiving ? { archived: { value: archiving.type === 'archived', bySeq: archiving.seq } } : {}),
    cursor: {
      seq: last.seq,
      messageCount: last.messageCount,
      ...(lastMove ? { movesSeq: lastMove.seq } : {}),
    },
    untoldMoves,
  };
}

function membershipChanges(entry: Entry): MembershipChange[] {
  const { seq: bySeq } = entry;
  switch (entry.type) {
    case 'message':
      return mentionsOf(entry.message, bySeq, entry.message.mentions, entry.actorId);
    case 'message-edited':
      return [
        { kind: 'not-mentioned', except: entry.mentions, messageSeq: entry.messageSeq, bySeq },
        ...mentionsOf({ seq: entry.messageSeq }, bySeq, entry.mentions, entry.actorId),
      ];
    case 'message-deleted':
      return [{ kind: 'not-mentioned', except: [], messageSeq: entry.messageSeq, bySeq }];
    case 'member-added':
      return [
        { kind: 'added', userId: entry.userId, role: entry.role, revision: entry.revision, at: entry.at },
      ];
    case 'role-changed':
      return [{ kind: 'role', userId: entry.userId, role: entry.role, revision: entry.revision }];
    case 'member-removed':
      return [{ kind: 'removed', userId: entry.userId, revision: entry.revision }];
    default:
      return [];
  }
}

const mentionsOf = (
  { seq: messageSeq }: { readonly seq: number },
  bySeq: number,
  mentions: readonly string[],
  senderId: string | null,
): MembershipChange[] =>
  [...new Set(mentions)]
    .filter((userId) => userId !== senderId)
    .map((userId) => ({ kind: 'mentioned', userId, messageSeq, bySeq }));

/** Who speaks has read; what was said before one came is not unread. */
function readersOf(entry: Entry): readonly Receipt[] {
  const { seq, messageCount: readCount } = entry;
  const readBy = (userId: string): Receipt => ({ userId, readSeq: seq, readCount, deliveredSeq: seq });
  switch (entry.type) {
    case 'message':
      return [readBy(entry.message.senderId)];
    case 'member-added':
      return [readBy(entry.userId)];
    case 'receipts':
      return entry.receipts;
    default:
      return [];
  }
}

export const furthestOf = (a: Receipt, b: Receipt): Receipt => ({
  userId: a.userId,
  readSeq: Math.max(a.readSeq, b.readSeq),
  readCount: Math.max(a.readCount, b.readCount),
  deliveredSeq: Math.max(a.deliveredSeq, b.deliveredSeq),
});

function furthest(receipts: readonly Receipt[]): MembershipChange[] {
  const byUser = new Map<string, Receipt>();
  for (const receipt of receipts) {
    const known = byUser.get(receipt.userId);
    byUser.set(receipt.userId, known ? furthestOf(known, receipt) : receipt);
  }
  return [...byUser.values()].map((receipt) => ({ kind: 'read', ...receipt }));
}
