import type { Channel } from './channel.ts';
import type { Membership } from './membership.ts';

/**
 * Who may do what, as one-line rules. An actor without an active membership is refused as if the channel did not
 * exist, before any of these is asked.
 */
type ChannelKindOnly = Pick<Channel, 'kind'>;
type Actor = Pick<Membership, 'role' | 'userId'>;

export const mayJoinByOneself = (channel: ChannelKindOnly): boolean => channel.kind === 'public';

export const mayAddMember = (channel: ChannelKindOnly, actor: Actor): boolean =>
  channel.kind === 'public' || (channel.kind === 'group' && actor.role !== 'member');

export const mayLeave = (channel: ChannelKindOnly): boolean => channel.kind !== 'direct';

export const mayRemoveMember = (channel: ChannelKindOnly, actor: Actor, target: Actor): boolean =>
  channel.kind !== 'direct' &&
  (actor.role === 'owner' || (actor.role === 'moderator' && target.role === 'member'));
