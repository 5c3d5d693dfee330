import { isMove, placeOf } from '../../domain/entry.ts';
import type { Entry } from '../../domain/entry.ts';
import type { EntryLog } from '../../ports/entry-log.ts';
import type { LiveUpdates } from '../../ports/live-updates.ts';
import type { UntoldEntries } from '../../ports/untold-entries.ts';

export interface AnnouncementsDeps {
  readonly live: Pick<LiveUpdates, 'appended' | 'appendedBefore' | 'moveSeen' | 'moveDoubted'>;
  readonly log: Pick<EntryLog, 'read'>;
  readonly untold: Pick<UntoldEntries, 'forget'>;
  /** Resolves once this process has told of, or passed on, every coming and going that is stored in the channel by now. */
  readonly catchUp: (channelId: string) => Promise<void>;
  /** Hears of failures that harm nobody: an entry that is told stays marked as untold. */
  readonly onError: (error: unknown) => void;
}

/** Entries remembered at most, a kind. One that is forgotten is told again, which clients do not notice. */
const MAX_REMEMBERED = 20_000;
/**
 * Of each channel the last so many entries are told again. Whoever has not heard of those before them sees the gap and
 * fetches it with one request, which is less than a flood of frames to everybody.
 */
const MOST_TOLD_AGAIN = 8;

/** Of a store that has to search, more takes seconds, and everybody else waits. */
const READ_AT_ONCE = 200;

interface Telling {
  readonly outcome: Promise<boolean>;
  readonly isMove: boolean;
  failed: boolean;
}

/**
 * Keeps the promise that whoever is connected hears of every entry: the process that stored it tells the gateways at once
 * and remembers whether they were reached. An entry that nobody is known to have told of, because that process died or is
 * cut off, is told again by whoever finds it. To be told twice is harmless: clients drop what they have.
 *
 * And the promise that who was removed hears nothing more: no process tells of an entry before the gateways know, or have
 * been told by this very process, of everybody who came and went before it.
 */
export class Announcements {
  readonly #deps: AnnouncementsDeps;
  /** By entry id, in order of insertion. */
  readonly #tellings = new Map<string, Telling>();
  /** Moves that another process wrote, by entry id: whether the gateways were told of them from here. */
  readonly #passedOn = new Map<string, Promise<boolean>>();

  constructor(deps: AnnouncementsDeps) {
    this.#deps = deps;
  }

  /** Of an entry that this process stored; in ascending order of seq within a channel. Returns at once, never throws. */
  tell(entry: Entry): void {
    const told = this.#deps.live.appended(entry);
    this.#remember({ id: entry.id, isMove: isMove(entry) }, told);
    // No event waits in the outbox for it, so it was stored as untold.
    if (entry.type === 'receipts') void this.#forgetOnce(told, entry.id);
  }

  /** Of what another process stored, before this one tells of anything that follows it. Returns at once, never throws. */
  passOn(entries: readonly Entry[]): void {
    const moves = entries.filter(isMove);
    // Who was removed and came back is in: only the last move of each person counts.
    const last = new Map(moves.map((move) => [move.userId, move]));
    const outcomes = new Map([...last].map(([userId, move]) => [userId, this.#deps.live.moveSeen(move)]));
    for (const { id, userId } of moves)
      putNewest(this.#passedOn, id, outcomes.get(userId) ?? Promise.resolve(true));
  }

  /** Before anything else of their channel: those that nobody is known to have told of. @returns whether Redis has them */
  async doubt(entries: readonly Entry[]): Promise<boolean> {
    const outcomes = entries.filter(isMove).map((move) => this.#deps.live.moveDoubted(move));
    return (await Promise.all(outcomes)).every(Boolean);
  }

  /** Those of the moves among these that the gateways do not know of from this process. Asked once, before they are projected. */
  async untoldMoves(entries: readonly Entry[]): Promise<string[]> {
    const outcomes = entries.filter(isMove).map(async ({ id }) => {
      const told = await (this.#tellings.get(id)?.outcome ?? this.#passedOn.get(id) ?? true);
      this.#passedOn.delete(id);
      return told ? [] : [id];
    });
    return (await Promise.all(outcomes)).flat();
  }

  /**
   * Tells of those that this process has not told of.
   * @returns those of which the gateways know by now
   */
  async ensureTold(entryIds: readonly string[]): Promise<ReadonlySet<string>> {
    const missing = entryIds.filter((id) => this.#tellings.get(id)?.failed !== false);
    const left = await this.#tellAgain(missing);
    const told = await Promise.all(
      entryIds.map(async (id) => {
        const isTold = !left.has(id) && ((await this.#tellings.get(id)?.outcome) ?? true);
        return isTold ? [id] : [];
      }),
    );
    return new Set(told.flat());
  }

  /** Tells of what could not be told. */
  async retry(): Promise<void> {
    await this.ensureTold([...this.#tellings].flatMap(([id, { failed }]) => (failed ? [id] : [])));
  }

  /** Nobody will ask for these any more. */
  release(entryIds: Iterable<string>): void {
    for (const id of entryIds) this.#tellings.delete(id);
  }

  /** @returns those that could not be, for it is not known who was to hear them */
  async #tellAgain(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const channels = byChannel(ids);
    const entries = await this.#read([...channels.values()].flatMap((ofChannel) => this.#toRead(ofChannel)));
    const left = await Promise.all(
      [...channels].map(async ([channelId, ofChannel]) => {
        if (!(await this.#isCaughtUp(channelId, ofChannel))) return ofChannel;
        this.#tellLast(ofChannel, entries);
        return [];
      }),
    );
    return new Set(left.flat());
  }

  /** Those that will be told, and those of which it is not known whether they will. */
  #toRead(ofChannel: readonly string[]): string[] {
    return ofChannel.filter(
      (id, index) => isAmongLast(ofChannel, index) || this.#tellings.get(id)?.isMove !== false,
    );
  }

  async #read(ids: readonly string[]): Promise<ReadonlyMap<string, Entry>> {
    const entries: Entry[] = [];
    for (let from = 0; from < ids.length; from += READ_AT_ONCE)
      entries.push(...(await this.#deps.log.read(ids.slice(from, from + READ_AT_ONCE))));
    return new Map(entries.map((entry) => [entry.id, entry]));
  }

  /** Of what this process has told of before, or tried to, it knew all that lay before it. */
  async #isCaughtUp(channelId: string, ofChannel: readonly string[]): Promise<boolean> {
    if (ofChannel.every((id) => this.#tellings.has(id))) return true;
    try {
      await this.#deps.catchUp(channelId);
      return true;
    } catch (error) {
      this.#deps.onError(error);
      return false;
    }
  }

  #tellLast(ofChannel: readonly string[], entries: ReadonlyMap<string, Entry>): void {
    const tellings = ofChannel.map((id, index) => {
      const entry = entries.get(id);
      const move = entry !== undefined && isMove(entry);
      const isTold = entry !== undefined && (move || isAmongLast(ofChannel, index));
      return { id, isMove: move, outcome: isTold ? this.#deps.live.appendedBefore(entry) : undefined };
    });
    // Backwards: those that are left to be fetched are told when the first that follows them is.
    let next = Promise.resolve(true);
    for (const telling of tellings.reverse()) {
      next = telling.outcome ?? next;
      this.#remember(telling, next);
    }
  }

  #remember(entry: Pick<Telling, 'isMove'> & { readonly id: string }, outcome: Promise<boolean>): void {
    const telling: Telling = { outcome, failed: false, isMove: entry.isMove };
    void outcome.then((reached) => (telling.failed = !reached));
    putNewest(this.#tellings, entry.id, telling);
  }

  async #forgetOnce(told: Promise<boolean>, id: string): Promise<void> {
    if (!(await told)) return;
    this.release([id]);
    await this.#deps.untold.forget([id]).catch(this.#deps.onError);
  }
}

/** In the order of the last putting; the oldest goes when there are too many. */
function putNewest<T>(map: Map<string, T>, id: string, value: T): void {
  map.delete(id);
  map.set(id, value);
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
}

const isAmongLast = (ofChannel: readonly string[], index: number): boolean =>
  index >= ofChannel.length - MOST_TOLD_AGAIN;

/** Ids of entries, ascending by seq within a channel. */
const byChannel = (ids: readonly string[]): ReadonlyMap<string, string[]> =>
  Map.groupBy(
    ids.toSorted((a, b) => placeOf(a).seq - placeOf(b).seq),
    (id) => placeOf(id).channelId,
  );
