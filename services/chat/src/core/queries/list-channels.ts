import type { ChannelView } from '../domain/channel.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import { describeChannel, describeChannels } from './describe-channels.ts';
import type { DescribeChannelsDeps } from './describe-channels.ts';
import { requireMembership } from './require-access.ts';

export interface ChannelQueriesDeps extends DescribeChannelsDeps {
  readonly memberships: Pick<MembershipStore, 'find' | 'ofUser' | 'countByChannel'>;
}

/** The channels this person is in, newest first. */
export async function listChannels(deps: ChannelQueriesDeps, userId: string): Promise<ChannelView[]> {
  return describeChannels(deps, await deps.memberships.ofUser(userId));
}

/** @throws DomainError `not-found` for a channel one is not in */
export async function getChannel(
  deps: ChannelQueriesDeps,
  channelId: string,
  userId: string,
): Promise<ChannelView> {
  return describeChannel(deps, await requireMembership(deps.memberships, channelId, userId));
}
