import type { Channel } from './channel.ts';
import type { Standing } from './membership.ts';
import type { Message } from './message.ts';

/**
 * Who may do what, as one-line rules. An actor without an active membership is refused as if the channel did not
 * exist, before any of these is asked.
 */
type Place = Pick<Channel, 'kind' | 'archived'>;
type Actor = Pick<Standing, 'role' | 'userId'>;
type Said = Pick<Message, 'senderId'>;

const leads = ({ role }: Actor): boolean => role === 'owner' || role === 'moderator';
const speaks = ({ role }: Actor): boolean => role !== 'read-only';

export const mayJoinByOneself = (channel: Place): boolean => channel.kind === 'public' && !channel.archived;

export const mayAddMember = (channel: Place, actor: Actor): boolean =>
  !channel.archived &&
  (channel.kind === 'public' ? speaks(actor) : channel.kind !== 'direct' && leads(actor));

export const mayLeave = (channel: Place): boolean => channel.kind !== 'direct';

export const mayRemoveMember = (channel: Place, actor: Actor, target: Actor): boolean =>
  channel.kind !== 'direct' && (actor.role === 'owner' || (actor.role === 'moderator' && !leads(target)));

export const mayChangeRole = (channel: Place, actor: Actor): boolean =>
  channel.kind !== 'direct' && !channel.archived && actor.role === 'owner';

export const mayArchive = (channel: Place, actor: Actor): boolean =>
  channel.kind !== 'direct' && actor.role === 'owner';

export const maySend = (channel: Place, actor: Actor): boolean => !channel.archived && speaks(actor);

export const mayReact = maySend;

export const mayEdit = (channel: Place, actor: Actor, message: Said): boolean =>
  maySend(channel, actor) && message.senderId === actor.userId;

export const mayDelete = (channel: Place, actor: Actor, message: Said): boolean =>
  !channel.archived && (message.senderId === actor.userId || (channel.kind !== 'direct' && leads(actor)));
