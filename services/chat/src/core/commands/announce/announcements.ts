import { isMembershipEntry } from '../../domain/entry.ts';
import type { Entry } from '../../domain/entry.ts';
import type { EntryLog } from '../../ports/entry-log.ts';
import type { LiveUpdates } from '../../ports/live-updates.ts';
import type { UntoldEntries } from '../../ports/untold-entries.ts';

export interface AnnouncementsDeps {
  readonly live: Pick<LiveUpdates, 'appended' | 'appendedBefore'>;
  readonly log: Pick<EntryLog, 'read'>;
  readonly untold: Pick<UntoldEntries, 'forget'>;
  /** Hears of failures that harm nobody: an entry that is told stays marked as untold. */
  readonly onError: (error: unknown) => void;
}

/** Entries remembered at most. One that is forgotten is told again, which clients do not notice. */
const MAX_REMEMBERED = 20_000;
/**
 * Of each channel the last so many entries are told again. Whoever has not heard of those before them sees the gap and
 * fetches it with one request, which is less than a flood of frames to everybody.
 */
const MOST_TOLD_AGAIN = 8;

interface Telling {
  readonly outcome: Promise<boolean>;
  failed: boolean;
}

/**
 * Keeps the promise that whoever is connected hears of every entry: the process that stored it tells the gateways at once
 * and remembers whether they were reached. An entry that nobody is known to have told of, because that process died or is
 * cut off, is told again by whoever finds it. To be told twice is harmless: clients drop what they have.
 */
export class Announcements {
  readonly #deps: AnnouncementsDeps;
  /** By entry id, in order of insertion. */
  readonly #tellings = new Map<string, Telling>();

  constructor(deps: AnnouncementsDeps) {
    this.#deps = deps;
  }

  /** Of an entry that this process stored; in ascending order of seq within a channel. Returns at once, never throws. */
  tell(entry: Entry): void {
    const told = this.#remember(entry.id, this.#deps.live.appended(entry));
    // No event waits in the outbox for it, so it was stored as untold.
    if (entry.type === 'receipts') void this.#forgetOnce(told, entry.id);
  }

  /** Resolves once it is known of these whether they were told, as far as this process tells of them. */
  async attempted(entryIds: readonly string[]): Promise<void> {
    await Promise.all(entryIds.map((id) => this.#tellings.get(id)?.outcome));
  }

  /**
   * Tells of those that this process has not told of.
   * @returns those of which the gateways know by now
   */
  async ensureTold(entryIds: readonly string[]): Promise<ReadonlySet<string>> {
    const missing = entryIds.filter((id) => this.#tellings.get(id)?.failed !== false);
    if (missing.length > 0) this.#tellAgain(await this.#deps.log.read(missing));
    const told = await Promise.all(
      entryIds.map(async (id) => ({ id, told: (await this.#tellings.get(id)?.outcome) ?? true })),
    );
    return new Set(told.flatMap((one) => (one.told ? [one.id] : [])));
  }

  /** Tells of what could not be told. */
  async retry(): Promise<void> {
    await this.ensureTold([...this.#tellings].flatMap(([id, { failed }]) => (failed ? [id] : [])));
  }

  /** Nobody will ask for these any more. */
  release(entryIds: Iterable<string>): void {
    for (const id of entryIds) this.#tellings.delete(id);
  }

  #tellAgain(entries: readonly Entry[]): void {
    for (const ofChannel of byChannel(entries).values()) {
      // Backwards: those that are left to be fetched are told when the first that follows them is.
      const tellings = ofChannel.map((entry, index) =>
        index >= ofChannel.length - MOST_TOLD_AGAIN || isMembershipEntry(entry)
          ? this.#deps.live.appendedBefore(entry)
          : undefined,
      );
      let next = Promise.resolve(true);
      for (const [index, entry] of [...ofChannel.entries()].reverse()) {
        next = tellings[index] ?? next;
        this.#remember(entry.id, next);
      }
    }
  }

  #remember(id: string, outcome: Promise<boolean>): Promise<boolean> {
    const telling: Telling = { outcome, failed: false };
    void outcome.then((reached) => (telling.failed = !reached));
    // Anew, so that the order is that of the last telling.
    this.#tellings.delete(id);
    this.#tellings.set(id, telling);
    const [oldest] = this.#tellings.keys();
    if (this.#tellings.size > MAX_REMEMBERED && oldest !== undefined) this.#tellings.delete(oldest);
    return outcome;
  }

  async #forgetOnce(told: Promise<boolean>, id: string): Promise<void> {
    if (!(await told)) return;
    this.release([id]);
    await this.#deps.untold.forget([id]).catch(this.#deps.onError);
  }
}

/** Ascending by seq within a channel, as they are read. */
function byChannel(entries: readonly Entry[]): ReadonlyMap<string, Entry[]> {
  const channels = new Map<string, Entry[]>();
  for (const entry of entries) {
    const known = channels.get(entry.channelId);
    if (known) known.push(entry);
    else channels.set(entry.channelId, [entry]);
  }
  return channels;
}
