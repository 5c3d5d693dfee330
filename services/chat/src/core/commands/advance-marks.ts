import { sharesReceipts } from '../domain/channel.ts';
import type { Channel } from '../domain/channel.ts';
import type { Receipt } from '../domain/entry.ts';
import type { EntryLog } from '../ports/entry-log.ts';
import type { LiveUpdates } from '../ports/live-updates.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { People } from '../ports/people.ts';
import type { MemberCounts } from '../queries/member-counts.ts';
import { messagesUpTo } from '../queries/messages-up-to.ts';
import { readAsMember } from '../queries/read-as-member.ts';
import type { AccessDeps } from '../queries/read-as-member.ts';
import type { ReceiptGatherer } from './receipt-gatherer.ts';

export interface AdvanceMarksDeps extends AccessDeps {
  readonly log: Pick<EntryLog, 'read'>;
  readonly memberships: Pick<MembershipStore, 'find' | 'raiseMarks'>;
  readonly memberCounts: MemberCounts;
  readonly people: Pick<People, 'hidingReceipts'>;
  readonly receipts: ReceiptGatherer;
  readonly live: Pick<LiveUpdates, 'marksRaised'>;
}

export interface AdvanceMarksProps {
  readonly channelId: string;
  readonly userId: string;
  /** Beyond the end of the channel means: everything. */
  readonly seq: number;
  /** `delivered`: it came to a device; `read` says more. */
  readonly as: 'read' | 'delivered';
}

/**
 * Raises the person's mark; it never goes back. Where receipts are shared the others are told by an entry of the
 * stream, else only the person's own devices.
 * @returns the marks as they stand now
 * @throws DomainError `not-found` for a channel one is not in
 */
export async function advanceMarks(
  deps: AdvanceMarksDeps,
  { channelId, userId, seq, as }: AdvanceMarksProps,
): Promise<Receipt> {
  const { channel, membership, content } = await readAsMember(
    deps,
    { channelId, userId },
    async (current) => {
      const reached = Math.min(seq, current.lastSeq);
      return { reached, count: as === 'read' ? await messagesUpTo(deps.log, current, reached) : 0 };
    },
  );
  const receipt: Receipt = {
    userId,
    readSeq: as === 'read' ? Math.max(membership.readSeq, content.reached) : membership.readSeq,
    readCount: Math.max(membership.readCount, content.count),
    deliveredSeq: Math.max(membership.deliveredSeq, content.reached),
  };
  const isRead = receipt.readSeq > membership.readSeq;
  if (!isRead && receipt.deliveredSeq <= membership.deliveredSeq) {
    // Asked for once more: whoever raised it may not have lived to tell the person's other devices.
    if (as === 'read' && content.reached === membership.readSeq)
      deps.live.marksRaised({ channelId, ...receipt });
    return receipt;
  }
  if (await isShared(deps, channel, userId)) await deps.receipts.add(channelId, receipt);
  else await deps.memberships.raiseMarks(channelId, receipt);
  if (isRead) deps.live.marksRaised({ channelId, ...receipt });
  return receipt;
}

async function isShared(
  { memberCounts, people }: AdvanceMarksDeps,
  channel: Channel,
  userId: string,
): Promise<boolean> {
  if (!sharesReceipts(channel, 0)) return false;
  const [counts, hiding] = await Promise.all([memberCounts.of([channel]), people.hidingReceipts([userId])]);
  return sharesReceipts(channel, counts.get(channel.id) ?? 0) && !hiding.has(userId);
}
