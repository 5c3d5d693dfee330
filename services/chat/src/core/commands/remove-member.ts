import { forbidden, notFound } from '@chatplatform/kit/errors';
import type { ChannelState } from '../domain/channel-state.ts';
import type { EntryContent } from '../domain/entry.ts';
import { successorOf } from '../domain/membership.ts';
import type { Membership, Standing } from '../domain/membership.ts';
import { mayLeave, mayRemoveMember } from '../domain/policy.ts';
import { actorIn } from '../domain/refusals.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { SettledChannels } from '../queries/settled-channels.ts';
import type { Appender } from './append/create-appender.ts';

export interface RemoveMemberDeps {
  readonly settled: SettledChannels;
  readonly memberships: Pick<MembershipStore, 'findMany' | 'ofChannel'>;
  readonly appender: Pick<Appender, 'append'>;
}

export interface RemoveMemberProps {
  readonly channelId: string;
  readonly actorId: string;
  /** The actor to leave, somebody else to remove them. */
  readonly userId: string;
}

/** Rounds of appointing and going, when others come and go at the same time. */
const ATTEMPTS = 5;

/**
 * Leaves a channel or removes somebody from it. An owner who leaves last of the owners is succeeded by the most
 * senior of those who stay: first the successor, then the leaving, which is refused while there is nobody to follow.
 * Of somebody who is gone already it changes nothing: the answer to the first request may have been lost.
 * @throws DomainError `not-found` for a channel that is none of the actor's business, or somebody who was never in it
 * @throws DomainError `forbidden` for a direct channel, or when the actor's role does not allow it
 */
export async function removeMember(deps: RemoveMemberDeps, props: RemoveMemberProps): Promise<void> {
  const { channelId, actorId, userId } = props;
  for (let attempt = 1; ; attempt += 1) {
    const others = await othersOfOwner(deps, props);
    try {
      await deps.appender.append({
        channelId,
        actorId,
        operation: null,
        concerns: [actorId, userId, ...(others ?? []).map((member) => member.userId)],
        decide: (state) => decide(state, props, others),
      });
      return;
    } catch (error) {
      if (!(error instanceof OwnerGoes) || attempt === ATTEMPTS) throw error;
      if (error.successorId !== null) await appoint(deps, props, error.successorId);
    }
  }
}

/** Who could own the channel besides the leaver; null when it is no owner who goes. */
async function othersOfOwner(
  { settled, memberships }: RemoveMemberDeps,
  { channelId, userId }: RemoveMemberProps,
): Promise<readonly Membership[] | null> {
  await settled.of([channelId]);
  const [leaver] = await memberships.findMany(channelId, [userId]);
  if (leaver?.role !== 'owner') return null;
  return (await memberships.ofChannel(channelId)).filter((member) => member.userId !== userId);
}

/** The channel would be without an owner: somebody has to be appointed first, or it was not known that one goes. */
class OwnerGoes extends Error {
  override readonly name = 'OwnerGoes';
  readonly successorId: string | null;

  constructor(successorId: string | null) {
    super('the last owner goes');
    this.successorId = successorId;
  }
}

function decide(
  state: ChannelState,
  { actorId, userId }: RemoveMemberProps,
  others: readonly Membership[] | null,
): EntryContent | undefined {
  const target = state.standings.get(userId);
  const isGone = target?.active === false;
  if (isGone && actorId === userId) return undefined;
  const actor = actorIn(state, actorId);
  if (!mayLeave(state.channel)) {
    throw forbidden('channel.direct-is-for-two', 'A direct channel cannot be left.');
  }
  if (!target) throw notFound('member.not-found', 'This person is not in the channel.');
  if (actorId !== userId && !mayRemoveMember(state.channel, actor, target)) {
    throw forbidden('channel.remove-member-forbidden', 'You may not remove this person from the channel.');
  }
  if (isGone) return undefined;
  refuseLastOwner(state, target, others);
  return { type: 'member-removed', userId, revision: target.revision + 1 };
}

function refuseLastOwner(state: ChannelState, target: Standing, others: readonly Membership[] | null): void {
  if (target.role !== 'owner') return;
  if (!others) throw new OwnerGoes(null);
  const staying = others.flatMap((other) => {
    const standing = state.standings.get(other.userId);
    return standing?.active ? [{ ...other, role: standing.role }] : [];
  });
  const successorId = successorOf(target.userId, staying);
  const isOwned = staying.some(({ role }) => role === 'owner');
  if (!isOwned && successorId !== undefined) throw new OwnerGoes(successorId);
}

/** Before the owner goes: a crash in between leaves two owners, which harms less than none. */
async function appoint(
  { appender }: RemoveMemberDeps,
  { channelId, actorId }: RemoveMemberProps,
  userId: string,
): Promise<void> {
  await appender.append({
    channelId,
    actorId,
    operation: null,
    concerns: [userId],
    decide: (state) => {
      const target = state.standings.get(userId);
      if (!target?.active || target.role === 'owner') return undefined;
      return { type: 'role-changed', userId, role: 'owner', revision: target.revision + 1 };
    },
  });
}
