import type { ChannelView } from '../domain/channel.ts';
import { mayArchive } from '../domain/policy.ts';
import { actorIn, refuseUnless } from '../domain/refusals.ts';
import { describeChannel } from '../queries/describe-channels.ts';
import type { DescribeChannelsDeps } from '../queries/describe-channels.ts';
import type { Appender } from './append/create-appender.ts';

export interface ArchiveChannelDeps extends DescribeChannelsDeps {
  readonly appender: Pick<Appender, 'append'>;
}

export interface ArchiveChannelProps {
  readonly channelId: string;
  readonly actorId: string;
  /** false: takes it back into use. */
  readonly archived: boolean;
}

/**
 * Makes a channel one to read only, or ends that; again changes nothing. One may still leave it.
 * @throws DomainError `not-found`, `forbidden`
 */
export async function archiveChannel(
  deps: ArchiveChannelDeps,
  { channelId, actorId, archived }: ArchiveChannelProps,
): Promise<ChannelView> {
  await deps.appender.append({
    channelId,
    actorId,
    operation: null,
    concerns: [actorId],
    decide: (state) => {
      const actor = actorIn(state, actorId);
      refuseUnless(
        mayArchive(state.channel, actor),
        state,
        'channel.archive-forbidden',
        'Only an owner may archive a channel or take it back into use; a direct channel is never archived.',
      );
      if (state.channel.archived === archived) return undefined;
      return { type: archived ? 'archived' : 'unarchived' };
    },
  });
  return describeChannel(deps, channelId, actorId);
}
