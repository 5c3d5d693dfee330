import type { Channel } from '../domain/channel.ts';
import type { MembershipStore } from '../ports/membership-store.ts';

/** How many members channels have. */
export interface MemberCounts {
  /** Each by its id; no older than the channel that is given. */
  of(channels: readonly Channel[]): Promise<ReadonlyMap<string, number>>;
}

/** Channels whose count is remembered at most. */
const MAX_REMEMBERED = 10_000;

interface Remembered {
  readonly movesSeq: number;
  readonly count: number;
}

/**
 * Counts again only after somebody came or went: to count is the dearest question of those who come back, and in between
 * its answer is the same. What is remembered for a channel as it stood may count somebody whose coming is not in that
 * channel's cursor yet; never the reverse, because memberships are written before the cursor.
 */
export function createMemberCounts(
  memberships: Pick<MembershipStore, 'countByChannel'>,
  maxRemembered = MAX_REMEMBERED,
): MemberCounts {
  const remembered = new Map<string, Remembered>();

  const remember = ({ id, movesSeq }: Channel, count: number): void => {
    if ((remembered.get(id)?.movesSeq ?? -1) > movesSeq) return;
    remembered.delete(id);
    remembered.set(id, { movesSeq, count });
    const [oldest] = remembered.keys();
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest);
  };

  return {
    async of(channels) {
      const isKnown = ({ id, movesSeq }: Channel): boolean => remembered.get(id)?.movesSeq === movesSeq;
      const known = channels.filter(isKnown).map(({ id }) => [id, remembered.get(id)?.count ?? 0] as const);
      const unknown = channels.filter((channel) => !isKnown(channel));
      const counts = await memberships.countByChannel(unknown.map(({ id }) => id));
      for (const channel of unknown) {
        // Its first members are still being written, without an entry each.
        if (channel.pendingMemberIds.length === 0) remember(channel, counts.get(channel.id) ?? 0);
      }
      return new Map([...known, ...counts]);
    },
  };
}
