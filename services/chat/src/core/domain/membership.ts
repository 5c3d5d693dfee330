import type { ChannelRole } from '@chatplatform/contracts/http/chat';
import type { Channel } from './channel.ts';

/** A person's place in a channel. It outlives leaving (`active: false`), so that `revision` never starts again. */
export interface Membership {
  readonly channelId: string;
  readonly userId: string;
  readonly role: ChannelRole;
  readonly joinedAt: Date;
  /** Everything up to and including this seq is read. Only grows. */
  readonly readSeq: number;
  /** Grows by one a change of role or activity; those a channel is created with have revision 0. */
  readonly revision: number;
  readonly active: boolean;
}

export const membershipId = (channelId: string, userId: string): string => `${channelId}:${userId}`;

export interface Joining {
  readonly channelId: string;
  readonly userId: string;
  readonly role: ChannelRole;
  readonly at: Date;
  /** The channel's last seq: what was said before one came is not unread. */
  readonly lastSeq: number;
}

/** Of somebody the channel is created with. */
export const firstMembership = (
  channel: Pick<Channel, 'id' | 'kind' | 'createdBy' | 'createdAt'>,
  userId: string,
): Membership => ({
  channelId: channel.id,
  userId,
  role: channel.kind !== 'direct' && userId === channel.createdBy ? 'owner' : 'member',
  joinedAt: channel.createdAt,
  readSeq: 0,
  revision: 0,
  active: true,
});

export function join(earlier: Membership | undefined, joining: Joining): Membership {
  return {
    channelId: joining.channelId,
    userId: joining.userId,
    role: joining.role,
    joinedAt: joining.at,
    readSeq: Math.max(earlier?.readSeq ?? 0, joining.lastSeq),
    revision: (earlier?.revision ?? 0) + 1,
    active: true,
  };
}

export const leave = (membership: Membership): Membership => ({
  ...membership,
  revision: membership.revision + 1,
  active: false,
});

export const withRole = (membership: Membership, role: ChannelRole): Membership => ({
  ...membership,
  role,
  revision: membership.revision + 1,
});

const SENIORITY: Record<ChannelRole, number> = { owner: 0, moderator: 1, member: 2, 'read-only': 3 };

/** Who takes over when the last owner leaves: moderators before members, the longest there first. */
export function successorOf(leaver: Membership, members: readonly Membership[]): Membership | undefined {
  const others = members.filter(({ userId }) => userId !== leaver.userId);
  if (leaver.role !== 'owner' || others.some(({ role }) => role === 'owner')) return undefined;
  return others.toSorted(
    (a, b) => SENIORITY[a.role] - SENIORITY[b.role] || a.joinedAt.getTime() - b.joinedAt.getTime(),
  )[0];
}
