import type { EventData } from '@chatplatform/contracts/events/catalogue';
import type { Clock } from '@chatplatform/kit/clock';
import { CLOCK_SKEW_MS } from '../domain/fan-out.ts';
import { INITIAL_MEMBERSHIP_REVISION } from '../domain/channel.ts';
import type { Membership } from '../domain/channel.ts';
import type { FanOutQueue } from '../ports/fan-out-queue.ts';
import type { ChannelDirectory } from '../ports/projections.ts';

export interface ProjectionDeps {
  readonly channels: ChannelDirectory;
  readonly fanOuts: FanOutQueue;
  readonly clock: Clock;
}

export async function recordChannelCreated(
  deps: ProjectionDeps,
  data: EventData<'chat.channel.created.v1'>,
): Promise<void> {
  const since = new Date(data.createdAt);
  const { channelId } = data;
  await deps.channels.recordMemberships(
    [...new Set([data.createdBy, ...data.memberIds])].map((userId) => ({
      channelId,
      userId,
      revision: INITIAL_MEMBERSHIP_REVISION,
      active: true,
      since,
    })),
  );
  // After the members: whoever sees the channel as known sees them too.
  await deps.channels.recordChannel({ channelId, kind: data.kind, name: data.name });
  await reopenSince(deps, channelId, since);
}

/**
 * Messages said since the membership began may have been fanned out without it, because their events came first.
 * They are re-opened even if the membership was already recorded: the try before this one may have ended in between.
 */
export async function recordMembership(deps: ProjectionDeps, membership: Membership): Promise<void> {
  await deps.channels.recordMemberships([membership]);
  if (membership.active) await reopenSince(deps, membership.channelId, membership.since);
}

function reopenSince(deps: ProjectionDeps, channelId: string, since: Date): Promise<void> {
  return deps.fanOuts.reopen(channelId, new Date(since.getTime() - CLOCK_SKEW_MS), deps.clock.now());
}
