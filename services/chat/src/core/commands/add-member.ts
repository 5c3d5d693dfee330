import type { Clock } from '@chatplatform/kit/clock';
import { forbidden, notFound } from '@chatplatform/kit/errors';
import type { Channel } from '../domain/channel.ts';
import { join } from '../domain/membership.ts';
import type { Membership } from '../domain/membership.ts';
import { mayAddMember, mayJoinByOneself } from '../domain/policy.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { LiveUpdates } from '../ports/live-updates.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { People } from '../ports/people.ts';
import { describeChannel } from '../queries/describe-channels.ts';
import type { DescribeChannelsDeps } from '../queries/describe-channels.ts';
import { channelNotFound, requireChannel, requireMembership } from '../queries/require-access.ts';
import { changeMembership } from './change-membership.ts';

export interface AddMemberDeps extends DescribeChannelsDeps {
  readonly channels: Pick<ChannelStore, 'find' | 'findMany'>;
  readonly memberships: MembershipStore;
  readonly people: Pick<People, 'unknownAmong'>;
  readonly live: Pick<LiveUpdates, 'memberJoined'>;
  readonly clock: Clock;
}

export interface AddMemberProps {
  readonly channelId: string;
  readonly actorId: string;
  /** The actor to join a public channel, somebody else to invite them. */
  readonly userId: string;
}

export interface AddMemberResult {
  readonly membership: Membership;
  /** false: was in the channel already. */
  readonly added: boolean;
}

/**
 * Joins a public channel or adds somebody to a channel; doing it again changes nothing.
 * @throws DomainError `not-found` for a channel that is none of the actor's business, or an unknown person
 * @throws DomainError `forbidden` when the actor's role does not allow it
 */
export async function addMember(deps: AddMemberDeps, props: AddMemberProps): Promise<AddMemberResult> {
  const channel = await requireChannel(deps.channels, props.channelId);
  const joined = await changeMembership(deps.memberships, () => decide(deps, channel, props));
  if (joined) deps.live.memberJoined(await describeChannel(deps, joined));
  const membership = joined ?? (await requireMembership(deps.memberships, channel.id, props.userId));
  return { membership, added: joined !== undefined };
}

async function decide(
  deps: AddMemberDeps,
  channel: Channel,
  { actorId, userId }: AddMemberProps,
): Promise<Membership | undefined> {
  const [actor, target] = await Promise.all([
    deps.memberships.find(channel.id, actorId),
    deps.memberships.find(channel.id, userId),
  ]);
  if (actorId === userId) refuseIntruder(channel, target);
  else refuseInvitation(channel, actor);
  if (target?.active) return undefined;
  if (actorId !== userId) await refuseUnknown(deps, userId);

  const lastSeq = await deps.lastSeqs.of(channel.id, channel.lastSeqHint);
  return join(target, { channelId: channel.id, userId, role: 'member', at: deps.clock.now(), lastSeq });
}

function refuseIntruder(channel: Channel, oneself: Membership | undefined): void {
  if (!oneself?.active && !mayJoinByOneself(channel)) throw channelNotFound();
}

function refuseInvitation(channel: Channel, actor: Membership | undefined): void {
  if (!actor?.active) throw channelNotFound();
  if (!mayAddMember(channel, actor)) {
    throw forbidden('channel.add-member-forbidden', 'You may not add people to this channel.');
  }
}

async function refuseUnknown({ people }: AddMemberDeps, userId: string): Promise<void> {
  const unknown = await people.unknownAmong([userId]);
  if (unknown.length > 0) throw notFound('person.not-found', 'Nobody has this id.');
}
