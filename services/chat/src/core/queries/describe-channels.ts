import type { ChannelView } from '../domain/channel.ts';
import type { Membership } from '../domain/membership.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { LastSeqReader } from './last-seq-reader.ts';

export interface DescribeChannelsDeps {
  readonly channels: Pick<ChannelStore, 'findMany'>;
  readonly memberships: Pick<MembershipStore, 'countByChannel'>;
  readonly lastSeqs: LastSeqReader;
}

/**
 * The channels of these memberships as their members see them, newest channel first. The last seqs are read after
 * the read marks were, so that an unread count is never negative.
 */
export async function describeChannels(
  deps: DescribeChannelsDeps,
  memberships: readonly Membership[],
): Promise<ChannelView[]> {
  const ids = memberships.map(({ channelId }) => channelId);
  const [channels, counts] = await Promise.all([
    deps.channels.findMany(ids),
    deps.memberships.countByChannel(ids),
  ]);
  const byId = new Map(channels.map((channel) => [channel.id, channel]));
  const bounds = memberships.map(({ channelId, readSeq }): [string, number] => [
    channelId,
    Math.max(readSeq, byId.get(channelId)?.lastSeqHint ?? 0),
  ]);
  const lastSeqs = await deps.lastSeqs.ofMany(new Map(bounds));
  return memberships
    .flatMap((membership): ChannelView[] => {
      const channel = byId.get(membership.channelId);
      if (!channel) return [];
      const memberCount = counts.get(channel.id) ?? 0;
      return [{ channel, membership, memberCount, lastSeq: lastSeqs.get(channel.id) ?? 0 }];
    })
    .toSorted((a, b) => b.channel.createdAt.getTime() - a.channel.createdAt.getTime());
}

/** @see describeChannels */
export async function describeChannel(
  deps: DescribeChannelsDeps,
  membership: Membership,
): Promise<ChannelView> {
  const [view] = await describeChannels(deps, [membership]);
  if (!view) throw new Error(`membership without channel: ${membership.channelId}`);
  return view;
}
