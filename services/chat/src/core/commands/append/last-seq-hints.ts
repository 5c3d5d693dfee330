import type { ChannelStore } from '../../ports/channel-store.ts';

export interface LastSeqHints {
  raise(channelId: string, seq: number): void;
  /** A writer here found its place taken: tells the writers elsewhere, by the same document. */
  contention(channelId: string): void;
}

export interface LastSeqHintsDeps {
  readonly channels: Pick<ChannelStore, 'raiseLastSeqHint' | 'countContention'>;
  /** Writers, here or elsewhere, got into each other's way since the last look. */
  readonly onContention: (channelId: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Counts remembered at most. A count that is forgotten is taken as news once: a little room is left for nobody. */
const MAX_COUNTS = 10_000;

/**
 * Keeps the stored hint of each channel near the truth, off the path of the sender: at most one write a channel is
 * under way, and whatever came meanwhile is folded into the next. A hint that is lost costs a search, no more.
 */
export function createLastSeqHints({ channels, onContention, onError }: LastSeqHintsDeps): LastSeqHints {
  /** Channels whose hint is being written, each with the highest seq that is still to be written. */
  const wanted = new Map<string, number>();
  const counting = new Set<string>();
  const counts = new Map<string, number>();

  const note = (channelId: string, count: number): void => {
    const known = counts.get(channelId) ?? 0;
    if (count === known) return;
    if (counts.size >= MAX_COUNTS) counts.clear();
    counts.set(channelId, count);
    onContention(channelId);
  };

  const write = async (channelId: string): Promise<void> => {
    for (let written = 0; ;) {
      const seq = wanted.get(channelId) ?? 0;
      if (seq <= written) break;
      note(channelId, await channels.raiseLastSeqHint(channelId, seq));
      written = seq;
    }
  };

  return {
    raise(channelId, seq) {
      const underWay = wanted.get(channelId);
      wanted.set(channelId, Math.max(underWay ?? 0, seq));
      if (underWay !== undefined) return;
      write(channelId)
        .catch(onError)
        .finally(() => wanted.delete(channelId));
    },
    contention(channelId) {
      if (counting.has(channelId)) return;
      counting.add(channelId);
      channels
        .countContention(channelId)
        .catch(onError)
        .finally(() => counting.delete(channelId));
    },
  };
}
