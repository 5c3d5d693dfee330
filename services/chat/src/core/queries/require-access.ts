import { notFound } from '@chatplatform/kit/errors';
import type { DomainError } from '@chatplatform/kit/errors';
import type { Channel } from '../domain/channel.ts';
import type { Membership } from '../domain/membership.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { MembershipStore } from '../ports/membership-store.ts';

/** The same answer for a channel that is not there and one that is none of the asker's business. */
export const channelNotFound = (): DomainError =>
  notFound('channel.not-found', 'There is no such channel, or you are not in it.');

/** @throws DomainError `not-found` unless the person is an active member */
export async function requireMembership(
  memberships: Pick<MembershipStore, 'find'>,
  channelId: string,
  userId: string,
): Promise<Membership> {
  const membership = await memberships.find(channelId, userId);
  if (!membership?.active) throw channelNotFound();
  return membership;
}

/** @throws DomainError `not-found` when there is no such channel */
export async function requireChannel(
  channels: Pick<ChannelStore, 'find'>,
  channelId: string,
): Promise<Channel> {
  const channel = await channels.find(channelId);
  if (!channel) throw channelNotFound();
  return channel;
}
