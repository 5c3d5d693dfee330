import { ChannelWriter } from './channel-writer.ts';
import type { Appended } from './answers.ts';
import type { ChannelWriterDeps } from './channel-writer.ts';
import type { EntryDraft } from './draft.ts';

/** Writers kept at most; beyond it the one idle for longest goes, and its channel starts cold next time. */
const MAX_WRITERS = 10_000;

export interface ChannelWriters {
  /** @see ChannelWriter.append */
  append(draft: EntryDraft): Promise<Appended>;
  /** @see ChannelWriter.settle */
  settle(channelId: string): Promise<void>;
  /** @see ChannelWriter.hurry; nothing when nobody writes in the channel here */
  hurry(channelId: string): void;
  /** @see ChannelWriter.makeRoom */
  makeRoom(channelId: string): void;
}

/** One writer a channel in this process, so that what happens at once in a channel meets in one group. */
export function createChannelWriters(deps: ChannelWriterDeps, maxWriters = MAX_WRITERS): ChannelWriters {
  /** In order of last use: a Map iterates in order of insertion. */
  const writers = new Map<string, ChannelWriter>();

  const evictIdle = (): void => {
    for (const [channelId, writer] of writers) {
      if (writers.size <= maxWriters) return;
      // A busy writer stays: two for one channel in a process would only contend with each other.
      if (writer.idle) writers.delete(channelId);
    }
  };

  const use = <T>(channelId: string, work: (writer: ChannelWriter) => T): T => {
    const writer = writers.get(channelId) ?? new ChannelWriter(channelId, deps);
    writers.delete(channelId);
    writers.set(channelId, writer);
    const result = work(writer);
    evictIdle();
    return result;
  };

  return {
    append: (draft) => use(draft.channelId, (writer) => writer.append(draft)),
    settle: (channelId) => use(channelId, (writer) => writer.settle()),
    hurry: (channelId) => writers.get(channelId)?.hurry(),
    makeRoom: (channelId) => writers.get(channelId)?.makeRoom(),
  };
}
