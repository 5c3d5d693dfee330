import type { MessageDraft } from '../../domain/message.ts';
import { ChannelWriter } from './channel-writer.ts';
import type { Appended, ChannelWriterDeps } from './channel-writer.ts';

/** Writers kept at most; beyond it the one idle for longest goes, and its channel starts cold next time. */
const MAX_WRITERS = 10_000;

export interface MessageAppender {
  /** @see ChannelWriter.append */
  append(draft: MessageDraft): Promise<Appended>;
  /** @see ChannelWriter.makeRoom */
  makeRoom(channelId: string): void;
}

/** One writer a channel in this process, so that concurrent sends to a channel meet in one group. */
export function createMessageAppender(deps: ChannelWriterDeps, maxWriters = MAX_WRITERS): MessageAppender {
  /** In order of last use: a Map iterates in order of insertion. */
  const writers = new Map<string, ChannelWriter>();

  const evictIdle = (): void => {
    for (const [channelId, writer] of writers) {
      if (writers.size <= maxWriters) return;
      // A busy writer stays: two for one channel in a process would only contend with each other.
      if (writer.idle) writers.delete(channelId);
    }
  };

  return {
    append(draft) {
      const writer = writers.get(draft.channelId) ?? new ChannelWriter(draft.channelId, deps);
      writers.delete(draft.channelId);
      writers.set(draft.channelId, writer);
      const appended = writer.append(draft);
      evictIdle();
      return appended;
    },
    makeRoom: (channelId) => writers.get(channelId)?.makeRoom(),
  };
}
