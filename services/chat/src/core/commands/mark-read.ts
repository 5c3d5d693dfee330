import { sharesReadMarks } from '../domain/channel.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { LiveUpdates } from '../ports/live-updates.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { LastSeqReader } from '../queries/last-seq-reader.ts';
import { requireChannel, requireMembership } from '../queries/require-access.ts';

export interface MarkReadDeps {
  readonly channels: Pick<ChannelStore, 'find'>;
  readonly memberships: Pick<MembershipStore, 'find' | 'advanceReadMarks'>;
  readonly lastSeqs: Pick<LastSeqReader, 'of'>;
  readonly live: Pick<LiveUpdates, 'readMarkAdvanced'>;
}

export interface MarkReadProps {
  readonly channelId: string;
  readonly userId: string;
  /** Beyond the end of the channel means: everything. */
  readonly seq: number;
}

/**
 * Raises the person's read mark; it never goes back.
 * @returns the mark as it stands now
 */
export async function markRead(
  deps: MarkReadDeps,
  { channelId, userId, seq }: MarkReadProps,
): Promise<number> {
  const [channel, membership] = await Promise.all([
    requireChannel(deps.channels, channelId),
    requireMembership(deps.memberships, channelId, userId),
  ]);
  if (seq <= membership.readSeq) return membership.readSeq;
  const knownLast = Math.max(channel.lastSeqHint, membership.readSeq);
  const lastSeq = seq <= knownLast ? knownLast : await deps.lastSeqs.of(channelId, knownLast);
  const mark = { channelId, userId, seq: Math.min(seq, lastSeq) };
  if (mark.seq > membership.readSeq) {
    await deps.memberships.advanceReadMarks([mark]);
    deps.live.readMarkAdvanced(mark, sharesReadMarks(channel));
  }
  return mark.seq;
}
