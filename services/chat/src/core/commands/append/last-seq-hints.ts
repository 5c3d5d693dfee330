import type { ChannelStore } from '../../ports/channel-store.ts';

export interface LastSeqHints {
  raise(channelId: string, seq: number): void;
}

/**
 * Keeps the stored hint of each channel near the truth, off the path of the sender: at most one write a channel is
 * under way, and whatever came meanwhile is folded into the next. A hint that is lost costs a search, no more.
 */
export function createLastSeqHints(
  channels: Pick<ChannelStore, 'raiseLastSeqHint'>,
  onError: (error: unknown) => void,
): LastSeqHints {
  /** Channels whose hint is being written, each with the highest seq that is still to be written. */
  const wanted = new Map<string, number>();

  const write = async (channelId: string): Promise<void> => {
    for (let written = 0; ;) {
      const seq = wanted.get(channelId) ?? 0;
      if (seq <= written) break;
      await channels.raiseLastSeqHint(channelId, seq);
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
  };
}
