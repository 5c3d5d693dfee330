import { forbidden, notFound } from '@chatplatform/kit/errors';
import type { Channel } from '../domain/channel.ts';
import { leave, successorOf, withRole } from '../domain/membership.ts';
import type { Membership } from '../domain/membership.ts';
import { mayLeave, mayRemoveMember } from '../domain/policy.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { LiveUpdates } from '../ports/live-updates.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import { requireChannel, requireMembership } from '../queries/require-access.ts';
import { changeMembership } from './change-membership.ts';

export interface RemoveMemberDeps {
  readonly channels: Pick<ChannelStore, 'find'>;
  readonly memberships: MembershipStore;
  readonly live: Pick<LiveUpdates, 'memberLeft'>;
}

export interface RemoveMemberProps {
  readonly channelId: string;
  readonly actorId: string;
  /** The actor to leave, somebody else to remove them. */
  readonly userId: string;
}

/**
 * Leaves a channel or removes somebody from it. An owner who leaves last of the owners is succeeded by the most
 * senior of those who stay.
 * @throws DomainError `not-found` for a channel that is none of the actor's business, or somebody who is not in it
 * @throws DomainError `forbidden` for a direct channel, or when the actor's role does not allow it
 */
export async function removeMember(deps: RemoveMemberDeps, props: RemoveMemberProps): Promise<void> {
  const channel = await requireChannel(deps.channels, props.channelId);
  const leaver = await decide(deps, channel, props);
  await appointSuccessor(deps, leaver);
  await changeMembership(deps.memberships, async () => leave(await decide(deps, channel, props)));
  deps.live.memberLeft(channel.id, props.userId);
}

/** @returns the membership that may be ended */
async function decide(
  { memberships }: RemoveMemberDeps,
  channel: Channel,
  { actorId, userId }: RemoveMemberProps,
): Promise<Membership> {
  const actor = await requireMembership(memberships, channel.id, actorId);
  if (actorId === userId) {
    if (!mayLeave(channel)) throw forbidden('channel.direct-is-for-two', 'A direct channel cannot be left.');
    return actor;
  }
  const target = await memberships.find(channel.id, userId);
  if (!target?.active) throw notFound('member.not-found', 'This person is not in the channel.');
  if (!mayRemoveMember(channel, actor, target)) {
    throw forbidden('channel.remove-member-forbidden', 'You may not remove this person from the channel.');
  }
  return target;
}

/** Before the owner goes: a crash in between leaves two owners, which harms less than none. */
async function appointSuccessor({ memberships }: RemoveMemberDeps, leaver: Membership): Promise<void> {
  if (leaver.role !== 'owner') return;
  await changeMembership(memberships, async () => {
    const successor = successorOf(leaver, await memberships.ofChannel(leaver.channelId));
    return successor && withRole(successor, 'owner');
  });
}
