import type { Clock } from '@chatplatform/kit/clock';
import { conflict, invalid, unavailable } from '@chatplatform/kit/errors';
import { directKey } from '../domain/channel.ts';
import type { Channel, ChannelView } from '../domain/channel.ts';
import { channelCreated } from '../domain/events.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { LiveUpdates } from '../ports/live-updates.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { People } from '../ports/people.ts';
import { describeChannel } from '../queries/describe-channels.ts';
import type { DescribeChannelsDeps } from '../queries/describe-channels.ts';
import { completeCreation } from './complete-creation.ts';

export interface CreateChannelDeps extends DescribeChannelsDeps {
  readonly channels: ChannelStore;
  readonly memberships: Pick<MembershipStore, 'findIn' | 'insertMissing'>;
  readonly people: Pick<People, 'unknownAmong'>;
  readonly live: Pick<LiveUpdates, 'joined'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

export interface CreateChannelProps {
  readonly creatorId: string;
  readonly wanted:
    | {
        /** Made by the client: again is the same channel. Default: a new one. */
        readonly id?: string | undefined;
        readonly kind: 'public' | 'private' | 'group';
        /** null: a group without a name. */
        readonly name: string | null;
        readonly memberIds: readonly string[];
      }
    | { readonly kind: 'direct'; readonly peerId: string };
}

export interface CreateChannelResult {
  readonly view: ChannelView;
  /** false: it was there already, the direct channel of a pair or by its id. */
  readonly created: boolean;
}

/**
 * Creates a channel with its first members; a direct channel exists once a pair, another one once an id.
 * @throws DomainError `invalid` naming each person who is not known, or oneself as the peer
 * @throws DomainError `conflict` when somebody else has a channel of this id
 */
export async function createChannel(
  deps: CreateChannelDeps,
  { creatorId, wanted }: CreateChannelProps,
): Promise<CreateChannelResult> {
  await refuseWrongPeople(deps, creatorId, wanted);
  const channel = newChannel(deps, creatorId, wanted);
  const inserted = await deps.channels.insert(channel, channelCreated(channel, channel.pendingMemberIds));
  const standing = inserted ? channel : await existing(deps, channel);
  if (standing.pendingMemberIds.length > 0) await completeCreation(deps, standing);
  return { view: await describeChannel(deps, standing.id, creatorId), created: inserted };
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
    id: (wanted.kind === 'direct' ? undefined : wanted.id) ?? deps.newId(),
    kind: wanted.kind,
    name: wanted.kind === 'direct' ? null : wanted.name,
    createdBy: creatorId,
    createdAt: deps.clock.now(),
    directKey: wanted.kind === 'direct' ? directKey(creatorId, wanted.peerId) : null,
    archived: false,
    lastSeq: 0,
    messageCount: 0,
    movesSeq: 0,
    untoldMoves: [],
    pendingMemberIds: [...new Set([creatorId, ...others])],
  };
}

async function existing(
  deps: CreateChannelDeps,
  { id, directKey: key, createdBy }: Channel,
): Promise<Channel> {
  const found = await (key === null ? deps.channels.find(id) : deps.channels.findDirect(key));
  // Refused by a write that is not committed yet; the same request will find it in a moment.
  if (!found) throw unavailable('channel.being-created', 'The channel is being created; try again.');
  if (key === null && found.createdBy !== createdBy) {
    throw conflict('channel.id-reused', 'This id was used for another channel.', [
      { field: 'id', message: 'make a new id for each channel' },
    ]);
  }
  return found;
}
