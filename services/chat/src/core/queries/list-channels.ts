import type { ChannelView } from '../domain/channel.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import { describeChannels } from './describe-channels.ts';
import type { DescribeChannelsDeps } from './describe-channels.ts';

export interface ListChannelsDeps extends DescribeChannelsDeps {
  readonly memberships: Pick<MembershipStore, 'findIn' | 'ofUser'>;
}

/** The channels this person is in, newest first. */
export async function listChannels(deps: ListChannelsDeps, userId: string): Promise<ChannelView[]> {
  const memberships = await deps.memberships.ofUser(userId);
  return describeChannels(
    deps,
    memberships.map(({ channelId }) => channelId),
    userId,
  );
}
