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
  /** The place before the first entry held; undefined until a page or a place to start from is given. */
  readonly base: number | undefined;
  readonly entries: readonly E[];
  /** Ascending; every one of them beyond `headOf`. */
  readonly ahead: readonly E[];
  /** The highest place that is known to be taken, held or not. */
  readonly lastSeq: number;
}

export function emptyLog<E extends Placed>(channelId: string): ChannelLog<E> {
  return { channelId, base: undefined, entries: [], ahead: [], lastSeq: 0 };
}

/** The highest place up to which nothing is missing since `base`; 0 while there is no base. */
export function headOf({ base = 0, entries }: ChannelLog<Placed>): number {
  return base + entries.length;
}

/** What to fetch: all after this place. Undefined while nothing is missing, or while it is not known where to start. */
export function gapAfter(log: ChannelLog<Placed>): number | undefined {
  return log.base !== undefined && log.lastSeq > headOf(log) ? headOf(log) : undefined;
}

/** The stream is taken to start after this place; what lies before it can still be added with `takePage`. */
export function startAfter<E extends Placed>(log: ChannelLog<E>, base: number): ChannelLog<E> {
  if (log.base !== undefined) return log;
  return settle({ ...log, base }, log.ahead);
}

/** The server says how far the channel goes; what was held back before may now be known to be missing. */
export function noteLastSeq<E extends Placed>(log: ChannelLog<E>, lastSeq: number): ChannelLog<E> {
  return lastSeq > log.lastSeq ? { ...log, lastSeq } : log;
}

/** Takes in entries from anywhere, in any order, any number of times. Those of another channel are left out. */
export function take<E extends Placed>(log: ChannelLog<E>, arrived: readonly E[]): ChannelLog<E> {
  const head = log.base === undefined ? 0 : headOf(log);
  const fresh = arrived.filter(({ channelId, seq }) => channelId === log.channelId && seq > head);
  if (fresh.length === 0) return log;
  return settle(log, [...log.ahead, ...fresh]);
}

/**
 * Takes in a page that the server vouches for as contiguous. The first one says where the log starts; an older one that
 * touches the run extends it downwards; any other is as good as entries that arrive one by one.
 */
export function takePage<E extends Placed>(log: ChannelLog<E>, page: readonly E[]): ChannelLog<E> {
  const first = page[0];
  if (first === undefined) return log;
  const based = startAfter(log, first.seq - 1);
  const base = based.base ?? 0;
  const last = page[page.length - 1]?.seq ?? 0;
  const touches = first.seq <= base && last >= base;
  const older = touches ? page.filter(({ seq }) => seq <= base) : [];
  return take({ ...based, base: base - older.length, entries: [...older, ...based.entries] }, page);
}

/** Moves what has become contiguous from the entries that wait to the run. */
function settle<E extends Placed>(log: ChannelLog<E>, waiting: readonly E[]): ChannelLog<E> {
  const bySeq = new Map<number, E>();
  for (const entry of waiting) if (!bySeq.has(entry.seq)) bySeq.set(entry.seq, entry);
  const ordered = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const lastSeq = Math.max(log.lastSeq, ordered[ordered.length - 1]?.seq ?? 0);
  if (log.base === undefined) return { ...log, ahead: ordered, lastSeq };
  const entries = [...log.entries];
  let next = headOf(log) + 1;
  const ahead = ordered.filter((entry) => {
    if (entry.seq === next) {
      entries.push(entry);
      next += 1;
      return false;
    }
    return entry.seq > next;
  });
  return { ...log, entries, ahead, lastSeq };
}
