import type { EntryLog } from '../ports/entry-log.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { SettledChannels } from './settled-channels.ts';

export interface MaySeeMediumDeps {
  readonly log: Pick<EntryLog, 'channelsWithMedium'>;
  readonly settled: SettledChannels;
  readonly memberships: Pick<MembershipStore, 'findIn'>;
}

/**
 * Whether a person may see a medium as far as channels go: one that is attached to messages, only who is in a channel
 * of one of them. What is attached nowhere (a profile's picture) is not for this service to keep from anybody.
 */
export async function maySeeMedium(
  { log, settled, memberships }: MaySeeMediumDeps,
  { mediaId, userId }: { readonly mediaId: string; readonly userId: string },
): Promise<boolean> {
  const channelIds = await log.channelsWithMedium(mediaId);
  if (channelIds.length === 0) return true;
  await settled.of(channelIds);
  const found = await memberships.findIn(channelIds, userId);
  return found.some(({ active }) => active);
}
