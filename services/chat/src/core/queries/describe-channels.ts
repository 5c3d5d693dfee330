import type { ChannelView } from '../domain/channel.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import { channelNotFound } from '../domain/refusals.ts';
import type { MemberCounts } from './member-counts.ts';
import type { SettledChannels } from './settled-channels.ts';

export interface DescribeChannelsDeps {
  readonly settled: SettledChannels;
  readonly memberships: Pick<MembershipStore, 'findIn'>;
  readonly memberCounts: MemberCounts;
}

/** Those of these channels that the person is in, as they see them, newest channel first. */
export async function describeChannels(
  deps: DescribeChannelsDeps,
  channelIds: readonly string[],
  userId: string,
): Promise<ChannelView[]> {
  // The channels first: what is read after them is no older than their cursors.
  const channels = await deps.settled.of(channelIds);
  const [memberships, counts] = await Promise.all([
    deps.memberships.findIn([...channels.keys()], userId),
    deps.memberCounts.of([...channels.values()]),
  ]);
  return memberships
    .flatMap((membership): ChannelView[] => {
      const channel = channels.get(membership.channelId);
      return channel && membership.active
        ? [{ channel, membership, memberCount: counts.get(channel.id) ?? 0 }]
        : [];
    })
    .toSorted((a, b) => b.channel.createdAt.getTime() - a.channel.createdAt.getTime());
}

/** @throws DomainError `not-found` for a channel one is not in */
export async function describeChannel(
  deps: DescribeChannelsDeps,
  channelId: string,
  userId: string,
): Promise<ChannelView> {
  const [view] = await describeChannels(deps, [channelId], userId);
  if (!view) throw channelNotFound();
  return view;
}
