import type { Channel } from '../domain/channel.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { MemberCounts } from './member-counts.ts';

export interface PublicChannel {
  readonly channel: Channel;
  readonly memberCount: number;
}

/** Public channels that anybody may join, by the start of their name, in name order. */
export async function findPublicChannels(
  deps: {
    readonly channels: Pick<ChannelStore, 'findPublic'>;
    readonly memberCounts: MemberCounts;
  },
  namePrefix: string,
  limit: number,
): Promise<PublicChannel[]> {
  const channels = await deps.channels.findPublic(namePrefix, limit);
  const counts = await deps.memberCounts.of(channels);
  return channels.map((channel) => ({ channel, memberCount: counts.get(channel.id) ?? 0 }));
}
