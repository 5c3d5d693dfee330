import { forbidden, notFound } from '@chatplatform/kit/errors';
import type { DomainError } from '@chatplatform/kit/errors';
import type { ChannelState } from './channel-state.ts';
import type { Standing } from './membership.ts';

/** The same answer for a channel that is not there and one that is none of the asker's business. */
export const channelNotFound = (): DomainError =>
  notFound('channel.not-found', 'There is no such channel, or you are not in it.');

export const messageNotFound = (): DomainError =>
  notFound('message.not-found', 'There is no such message in this channel.');

export const archived = (): DomainError =>
  forbidden('channel.archived', 'The channel is archived: nothing more can be said in it.');

/** @throws DomainError `not-found` unless the person is in the channel */
export function actorIn(state: ChannelState, userId: string): Standing {
  const standing = state.standings.get(userId);
  if (!standing?.active) throw channelNotFound();
  return standing;
}

/** @throws DomainError `forbidden`: because the channel is archived, or else for the reason given */
export function refuseUnless(
  allowed: boolean,
  { channel }: Pick<ChannelState, 'channel'>,
  code: string,
  message: string,
): void {
  if (allowed) return;
  throw channel.archived ? archived() : forbidden(code, message);
}
