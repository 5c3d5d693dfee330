import type { ChannelRole } from '@chatplatform/contracts/http/chat';
import type { Channel } from './channel.ts';
import type { Receipt } from './entry.ts';

/** What decides what a person may do. It outlives leaving (`active: false`), so that `revision` never starts again. */
export interface Standing {
  readonly userId: string;
  readonly role: ChannelRole;
  readonly active: boolean;
  /** Grows by one a change of role or activity; those a channel is created with have revision 0. */
  readonly revision: number;
}

/** A person's place in a channel. */
export interface Membership extends Standing, Receipt {
  readonly channelId: string;
  readonly joinedAt: Date;
  /** Places of unread messages that mention the person, ascending; the newest ones when there are very many. */
  readonly unreadMentions: readonly number[];
  /** The seq of the last entry that changed `unreadMentions`. */
  readonly mentionsSeq: number;
}

export const membershipId = (channelId: string, userId: string): string => `${channelId}:${userId}`;

/** Of somebody the channel is created with. */
export const firstMembership = (
  channel: Pick<Channel, 'id' | 'kind' | 'createdBy' | 'createdAt'>,
  userId: string,
): Membership => ({
  ...nobodysMembership(channel.id, userId),
  role: channel.kind !== 'direct' && userId === channel.createdBy ? 'owner' : 'member',
  joinedAt: channel.createdAt,
  active: true,
});

/** Before the first change: what a change of somebody who was never there is made to. */
export const nobodysMembership = (channelId: string, userId: string): Membership => ({
  channelId,
  userId,
  role: 'member',
  joinedAt: new Date(0),
  readSeq: 0,
  readCount: 0,
  deliveredSeq: 0,
  unreadMentions: [],
  mentionsSeq: 0,
  revision: 0,
  active: false,
});

const SENIORITY: Record<ChannelRole, number> = { owner: 0, moderator: 1, member: 2, 'read-only': 3 };

/** Who takes over when the last owner leaves: by role, then the longest there first. */
export function successorOf(
  leaverId: string,
  members: readonly Pick<Membership, 'userId' | 'role' | 'joinedAt'>[],
): string | undefined {
  return members
    .filter(({ userId }) => userId !== leaverId)
    .toSorted(
      (a, b) => SENIORITY[a.role] - SENIORITY[b.role] || a.joinedAt.getTime() - b.joinedAt.getTime(),
    )[0]?.userId;
}
