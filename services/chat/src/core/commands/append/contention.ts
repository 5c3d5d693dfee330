import type { ChannelStore } from '../../ports/channel-store.ts';

export interface Contention {
  /** A writer here found its place taken: tells the writers elsewhere, by the channel's document. */
  report(channelId: string): void;
  /** The count of the channel's document, seen with a write of the cursor. */
  seen(channelId: string, count: number): void;
}

export interface ContentionDeps {
  readonly channels: Pick<ChannelStore, 'countContention'>;
  /** Writers, here or elsewhere, got into each other's way since the last look. */
  readonly onContention: (channelId: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Counts remembered at most. A count that is forgotten is taken as news once: a little room is left for nobody. */
const MAX_COUNTS = 10_000;

/** How the writers of a channel in different Pods learn of one another. */
export function createContention({ channels, onContention, onError }: ContentionDeps): Contention {
  const counting = new Set<string>();
  const counts = new Map<string, number>();
  return {
    report(channelId) {
      if (counting.has(channelId)) return;
      counting.add(channelId);
      channels
        .countContention(channelId)
        .catch(onError)
        .finally(() => counting.delete(channelId));
    },
    seen(channelId, count) {
      const known = counts.get(channelId) ?? 0;
      if (count === known) return;
      if (counts.size >= MAX_COUNTS) counts.clear();
      counts.set(channelId, count);
      onContention(channelId);
    },
  };
}
