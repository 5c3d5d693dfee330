import type { ChannelRole } from '@chatplatform/contracts/http/chat';
import { conflict, notFound } from '@chatplatform/kit/errors';
import type { ChannelState } from '../domain/channel-state.ts';
import type { EntryContent } from '../domain/entry.ts';
import type { Membership } from '../domain/membership.ts';
import { mayChangeRole } from '../domain/policy.ts';
import { actorIn, refuseUnless } from '../domain/refusals.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import { describeChannel } from '../queries/describe-channels.ts';
import type { DescribeChannelsDeps } from '../queries/describe-channels.ts';
import type { Appender } from './append/create-appender.ts';

export interface ChangeRoleDeps extends DescribeChannelsDeps {
  readonly memberships: Pick<MembershipStore, 'findIn' | 'ofChannel'>;
  readonly appender: Pick<Appender, 'append'>;
}

export interface ChangeRoleProps {
  readonly channelId: string;
  readonly actorId: string;
  readonly userId: string;
  readonly role: ChannelRole;
}

/**
 * Gives a member another role; giving the role they have changes nothing.
 * @throws DomainError `not-found`, `forbidden`
 * @throws DomainError `conflict` when the channel would have no owner any more
 */
export async function changeRole(deps: ChangeRoleDeps, props: ChangeRoleProps): Promise<Membership> {
  const { channelId, actorId, userId } = props;
  const members = await deps.memberships.ofChannel(channelId);
  const owners = members.flatMap((member) => (member.role === 'owner' ? [member.userId] : []));
  await deps.appender.append({
    channelId,
    actorId,
    operation: null,
    concerns: [actorId, userId, ...owners],
    decide: (state) => decide(state, props, owners),
  });
  return (await describeChannel(deps, channelId, userId)).membership;
}

function decide(
  state: ChannelState,
  { actorId, userId, role }: ChangeRoleProps,
  owners: readonly string[],
): EntryContent | undefined {
  const actor = actorIn(state, actorId);
  refuseUnless(
    mayChangeRole(state.channel, actor),
    state,
    'channel.change-role-forbidden',
    'Only an owner of the channel may change roles.',
  );
  const target = state.standings.get(userId);
  if (!target?.active) throw notFound('member.not-found', 'This person is not in the channel.');
  if (target.role === role) return undefined;
  const others = owners.map((owner) => state.standings.get(owner)).filter((owner) => owner !== target);
  if (target.role === 'owner' && !others.some((owner) => owner?.active && owner.role === 'owner')) {
    throw conflict('channel.last-owner', 'The channel needs an owner: make somebody else one first.');
  }
  return { type: 'role-changed', userId, role, revision: target.revision + 1 };
}
