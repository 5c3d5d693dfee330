/** Something that has its place in a channel's stream. Places are dense: 1, 2, 3 ... */
export interface Placed {
  readonly channelId: string;
  readonly seq: number;
}

/**
 * A channel's stream as far as this client holds it.
 *
 * `entries` is a run without holes: `entries[i].seq === base + 1 + i`. What arrives with places missing before it waits in
 * `ahead` until they are fetched, so that a reader never sees a hole, nor two entries in the wrong order. The result
 * depends on which entries arrived and not on their order, nor on how often each came.
 */
export interface ChannelLog<E extends Placed> {
  readonly channelId: string;
  /** The place before the first entry held. */
  readonly base: number;
  readonly entries: readonly E[];
  /** Ascending; every one of them beyond the place after `headOf`. */
  readonly ahead: readonly E[];
  /** The highest place that is known to be taken, held or not. */
  readonly lastSeq: number;
}

/** @param base where to start: everything after it is wanted */
export function emptyLog<E extends Placed>(channelId: string, base: number): ChannelLog<E> {
  return { channelId, base, entries: [], ahead: [], lastSeq: base };
}

/** The highest place up to which nothing is missing since `base`. */
export function headOf({ base, entries }: ChannelLog<Placed>): number {
  return base + entries.length;
}

/** What to fetch: all after this place. Undefined while nothing is missing. */
export function gapAfter(log: ChannelLog<Placed>): number | undefined {
  return log.lastSeq > headOf(log) ? headOf(log) : undefined;
}

/** The server says how far the channel goes: what lies between is missing, though nothing beyond it arrived. */
export function noteLastSeq<E extends Placed>(log: ChannelLog<E>, lastSeq: number): ChannelLog<E> {
  return lastSeq > log.lastSeq ? { ...log, lastSeq } : log;
}

/** Takes in entries from anywhere, in any order, any number of times. Those of another channel are left out. */
export function takeEntries<E extends Placed>(log: ChannelLog<E>, arrived: readonly E[]): ChannelLog<E> {
  const head = headOf(log);
  const bySeq = new Map(log.ahead.map((entry) => [entry.seq, entry]));
  for (const entry of arrived)
    if (entry.channelId === log.channelId && entry.seq > head && !bySeq.has(entry.seq))
      bySeq.set(entry.seq, entry);
  if (bySeq.size === log.ahead.length) return log;
  const ahead = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  let run = 0;
  while (ahead[run]?.seq === head + run + 1) run += 1;
  return {
    ...log,
    entries: [...log.entries, ...ahead.slice(0, run)],
    ahead: ahead.slice(run),
    lastSeq: Math.max(log.lastSeq, ahead[ahead.length - 1]?.seq ?? 0),
  };
}
