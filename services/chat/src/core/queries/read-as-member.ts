import type { Channel } from '../domain/channel.ts';
import type { Membership } from '../domain/membership.ts';
import { channelNotFound } from '../domain/refusals.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { SettledChannels } from './settled-channels.ts';

export interface AccessDeps {
  readonly settled: SettledChannels;
  readonly memberships: Pick<MembershipStore, 'find'>;
}

/**
 * Reads something of a channel in somebody's name. Access is looked at last: what was read may hold what happened
 * after a removal, but then the removal is seen as well.
 * @throws DomainError `not-found` unless the person is in the channel
 */
export async function readAsMember<T>(
  { settled, memberships }: AccessDeps,
  { channelId, userId }: { readonly channelId: string; readonly userId: string },
  read: (channel: Channel) => Promise<T>,
): Promise<{ channel: Channel; membership: Membership; content: T }> {
  const channel = (await settled.of([channelId])).get(channelId);
  if (!channel) throw channelNotFound();
  const content = await read(channel);
  const membership = await memberships.find(channelId, userId);
  if (!membership?.active) throw channelNotFound();
  return { channel, membership, content };
}
