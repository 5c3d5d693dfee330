import type { Channel } from '../domain/channel.ts';
import { firstMembership } from '../domain/membership.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { LiveUpdates } from '../ports/live-updates.ts';
import type { MembershipStore } from '../ports/membership-store.ts';

export interface CompleteCreationDeps {
  readonly channels: Pick<ChannelStore, 'markComplete' | 'findIncomplete'>;
  readonly memberships: Pick<MembershipStore, 'insertMissing'>;
  readonly live: Pick<LiveUpdates, 'joined'>;
}

/**
 * A channel and its memberships are many documents, and there are no transactions: the channel is written first and
 * holds the list of the memberships to come. Whoever finds the list not empty writes them; doing it twice is harmless.
 */
export async function completeCreation(deps: CompleteCreationDeps, channel: Channel): Promise<void> {
  const memberships = channel.pendingMemberIds.map((userId) => firstMembership(channel, userId));
  await deps.memberships.insertMissing(memberships);
  // Before it is marked: a crash in between tells of it again.
  for (const membership of memberships) {
    deps.live.joined({ channel, membership, memberCount: memberships.length });
  }
  await deps.channels.markComplete(channel.id);
}

/** Finishes what a crash left. `begunBefore` lies far enough back that its creator is not still at it. */
export async function completeAbandonedCreations(
  deps: CompleteCreationDeps,
  begunBefore: Date,
): Promise<number> {
  const abandoned = await deps.channels.findIncomplete(begunBefore);
  for (const channel of abandoned) await completeCreation(deps, channel);
  return abandoned.length;
}
