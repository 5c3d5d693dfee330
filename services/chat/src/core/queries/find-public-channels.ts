import type { Channel } from '../domain/channel.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { MembershipStore } from '../ports/membership-store.ts';

export interface PublicChannel {
  readonly channel: Channel;
  readonly memberCount: number;
}

/** Public channels that anybody may join, by the start of their name, in name order. */
export async function findPublicChannels(
  deps: {
    readonly channels: Pick<ChannelStore, 'findPublic'>;
    readonly memberships: Pick<MembershipStore, 'countByChannel'>;
  },
  namePrefix: string,
  limit: number,
): Promise<PublicChannel[]> {
  const channels = await deps.channels.findPublic(namePrefix, limit);
  const counts = await deps.memberships.countByChannel(channels.map(({ id }) => id));
  return channels.map((channel) => ({ channel, memberCount: counts.get(channel.id) ?? 0 }));
}
