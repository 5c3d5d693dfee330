import type { Clock } from '@chatplatform/kit/clock';
import { invalid, unavailable } from '@chatplatform/kit/errors';
import { directKey } from '../domain/channel.ts';
import type { Channel, ChannelView } from '../domain/channel.ts';
import { channelCreated } from '../domain/events.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { LiveUpdates } from '../ports/live-updates.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { People } from '../ports/people.ts';
import { describeChannel } from '../queries/describe-channels.ts';
import type { DescribeChannelsDeps } from '../queries/describe-channels.ts';
import { requireMembership } from '../queries/require-access.ts';
import { completeCreation } from './complete-creation.ts';

export interface CreateChannelDeps extends DescribeChannelsDeps {
  readonly channels: ChannelStore;
  readonly memberships: MembershipStore;
  readonly people: Pick<People, 'unknownAmong'>;
  readonly live: Pick<LiveUpdates, 'memberJoined'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

export interface CreateChannelProps {
  readonly creatorId: string;
  readonly wanted:
    | { readonly kind: 'public' | 'group'; readonly name: string; readonly memberIds: readonly string[] }
    | { readonly kind: 'direct'; readonly peerId: string };
}

export interface CreateChannelResult {
  readonly view: ChannelView;
  /** false: the pair had its direct channel already. */
  readonly created: boolean;
}

/**
 * Creates a channel with its first members; a direct channel exists once a pair.
 * @throws DomainError `invalid` naming each person who is not known, or oneself as the peer
 */
export async function createChannel(
  deps: CreateChannelDeps,
  { creatorId, wanted }: CreateChannelProps,
): Promise<CreateChannelResult> {
  await refuseWrongPeople(deps, creatorId, wanted);
  const channel = newChannel(deps, creatorId, wanted);
  const inserted = await deps.channels.insert(channel, channelCreated(channel, channel.pendingMemberIds));
  const standing = inserted ? channel : await existingDirect(deps, channel);
  if (standing.pendingMemberIds.length > 0) await completeCreation(deps, standing);
  const membership = await requireMembership(deps.memberships, standing.id, creatorId);
  return { view: await describeChannel(deps, membership), created: inserted };
}

async function refuseWrongPeople(
  deps: CreateChannelDeps,
  creatorId: string,
  wanted: CreateChannelProps['wanted'],
): Promise<void> {
  if (wanted.kind === 'direct' && wanted.peerId === creatorId) {
    throw invalid('channel.peer-is-oneself', 'A direct channel needs another person.', [
      { field: 'peerId', message: 'name somebody else' },
    ]);
  }
  const named = wanted.kind === 'direct' ? [wanted.peerId] : wanted.memberIds;
  const unknown = new Set(await deps.people.unknownAmong(named.filter((id) => id !== creatorId)));
  if (unknown.size === 0) return;
  const fields = named.flatMap((id, index) =>
    unknown.has(id)
      ? [{ field: wanted.kind === 'direct' ? 'peerId' : `memberIds.${index}`, message: 'nobody has this id' }]
      : [],
  );
  throw invalid('person.not-found', 'Somebody named does not exist.', fields);
}

function newChannel(
  deps: CreateChannelDeps,
  creatorId: string,
  wanted: CreateChannelProps['wanted'],
): Channel {
  const others = wanted.kind === 'direct' ? [wanted.peerId] : wanted.memberIds;
  return {
    id: deps.newId(),
    kind: wanted.kind,
    name: wanted.kind === 'direct' ? null : wanted.name,
    createdBy: creatorId,
    createdAt: deps.clock.now(),
    directKey: wanted.kind === 'direct' ? directKey(creatorId, wanted.peerId) : null,
    lastSeqHint: 0,
    pendingMemberIds: [...new Set([creatorId, ...others])],
  };
}

async function existingDirect(deps: CreateChannelDeps, { directKey: key }: Channel): Promise<Channel> {
  const existing = key === null ? undefined : await deps.channels.findDirect(key);
  // Refused by a write that is not committed yet; the same request will find it in a moment.
  if (!existing) throw unavailable('channel.being-created', 'The channel is being created; try again.');
  return existing;
}
