import { isFound, narrow, placesToTest, startSearch } from '../domain/last-seq.ts';
import type { Search } from '../domain/last-seq.ts';
import { entryId } from '../domain/entry.ts';
import type { EntryLog } from '../ports/entry-log.ts';

export interface LastSeqReader {
  /** The exact last seq of a channel, 0 when nothing happened, from any lower bound. */
  of(channelId: string, lowerBound: number): Promise<number>;
  /** The same for many channels; one question to the store when the bounds are exact. */
  ofMany(bounds: ReadonlyMap<string, number>): Promise<Map<string, number>>;
}

export function createLastSeqReader(log: Pick<EntryLog, 'existing'>): LastSeqReader {
  const of: LastSeqReader['of'] = async (channelId, lowerBound) => {
    let search: Search = startSearch(lowerBound);
    while (!isFound(search)) {
      const tested = placesToTest(search);
      const existing = await log.existing(tested.map((seq) => entryId(channelId, seq)));
      search = narrow(search, tested, new Set(tested.filter((seq) => existing.has(entryId(channelId, seq)))));
    }
    return search.low;
  };

  const ofMany = async (bounds: ReadonlyMap<string, number>): Promise<Map<string, number>> => {
    const entries = [...bounds];
    const following = await log.existing(entries.map(([channelId, bound]) => entryId(channelId, bound + 1)));
    const exact = entries.map(async ([channelId, bound]): Promise<[string, number]> => [
      channelId,
      following.has(entryId(channelId, bound + 1)) ? await of(channelId, bound + 1) : bound,
    ]);
    return new Map(await Promise.all(exact));
  };

  return { of, ofMany };
}
