import { forbidden, notFound } from '@chatplatform/kit/errors';
import type { ChannelState } from '../domain/channel-state.ts';
import type { EntryContent } from '../domain/entry.ts';
import type { Membership } from '../domain/membership.ts';
import { mayAddMember, mayJoinByOneself } from '../domain/policy.ts';
import { actorIn, channelNotFound, refuseUnless } from '../domain/refusals.ts';
import type { LiveUpdates } from '../ports/live-updates.ts';
import type { People } from '../ports/people.ts';
import { describeChannel } from '../queries/describe-channels.ts';
import type { DescribeChannelsDeps } from '../queries/describe-channels.ts';
import type { Appender } from './append/create-appender.ts';

export interface AddMemberDeps extends DescribeChannelsDeps {
  readonly appender: Pick<Appender, 'append'>;
  readonly people: Pick<People, 'unknownAmong'>;
  readonly live: Pick<LiveUpdates, 'joined'>;
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
 * @throws DomainError `forbidden` when the actor's role does not allow it, or the channel is archived
 */
export async function addMember(deps: AddMemberDeps, props: AddMemberProps): Promise<AddMemberResult> {
  const { channelId, actorId, userId } = props;
  const isKnown = actorId === userId || (await deps.people.unknownAmong([userId])).length === 0;
  const { entry } = await deps.appender.append({
    channelId,
    actorId,
    operation: null,
    concerns: [actorId, userId],
    decide: (state) => decide(state, props, isKnown),
  });
  const view = await describeChannel(deps, channelId, userId);
  if (entry) deps.live.joined(view);
  return { membership: view.membership, added: entry !== null };
}

function decide(
  state: ChannelState,
  { actorId, userId }: AddMemberProps,
  isKnown: boolean,
): EntryContent | undefined {
  const target = state.standings.get(userId);
  if (actorId === userId) refuseIntruder(state, target?.active === true);
  else refuseInvitation(state, actorId);
  if (target?.active) return undefined;
  if (!isKnown) throw notFound('person.not-found', 'Nobody has this id.');
  return { type: 'member-added', userId, role: 'member', revision: (target?.revision ?? 0) + 1 };
}

function refuseIntruder({ channel }: ChannelState, isIn: boolean): void {
  if (!isIn && !mayJoinByOneself(channel)) throw channelNotFound();
}

function refuseInvitation(state: ChannelState, actorId: string): void {
  const actor = actorIn(state, actorId);
  if (state.channel.kind === 'direct') {
    throw forbidden('channel.direct-is-for-two', 'Nobody can be added to a direct channel.');
  }
  refuseUnless(
    mayAddMember(state.channel, actor),
    state,
    'channel.add-member-forbidden',
    'You may not add people to this channel.',
  );
}
