import type { Clock } from '@chatplatform/kit/clock';
import { rateLimited, unavailable } from '@chatplatform/kit/errors';
import type { DomainError } from '@chatplatform/kit/errors';
import type { ChannelState } from '../../domain/channel-state.ts';
import type { Entry } from '../../domain/entry.ts';
import { isFinal } from '../../domain/unplaced.ts';
import type { EntryLog } from '../../ports/entry-log.ts';
import { answer, answerRepeated, firstsOf } from './answers.ts';
import type { Appended, Waiting } from './answers.ts';
import { decideInOrder } from './draft.ts';
import type { EntryDraft } from './draft.ts';
import { KnownState } from './known-state.ts';
import type { KnownStateDeps } from './known-state.ts';

export interface ChannelWriterDeps extends KnownStateDeps {
  readonly log: Pick<EntryLog, 'append' | 'firstResults' | 'keepUnplaced' | 'read'>;
  readonly clock: Clock;
  /** Called with each stored group at once, in order of seq; must not throw. */
  readonly onStored: (entries: readonly Entry[]) => void;
  /** Another writer took the place first: lets it know that it is not alone. Must not throw. */
  readonly onContention: (channelId: string) => void;
  /** 0 <= x < 1 */
  readonly random: () => number;
}

/** Entries a group holds at most: bounds the size of one write and the wait of the last in it. */
export const MAX_GROUP = 200;
/** Drafts that wait for their place at most; beyond it people are told to come back. */
export const MAX_WAITING = 2000;
/** How long one group contends for places with writers elsewhere before its senders are told to retry. */
const CONTENTION_DEADLINE_MS = 5000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 200;
/** How long a writer that is not alone leaves room between its groups. */
const POLITE_MS = 2000;

const contended = (): DomainError =>
  unavailable('channel.contended', 'The channel is too busy to give this its place.');

/**
 * Gives what happens in one channel its places. See docs/adr/0003-message-sequence.md for the whole argument.
 *
 * One group is in flight at a time; whoever arrives meanwhile forms the next. The insert itself is the allocation
 * of the seq, so nothing has to be given back when it fails. The rule that keeps the sequence dense: a place is
 * only tried when the one before it is known to be majority-committed (or stands before it in the same ordered
 * group). The rule that keeps it lawful: what gets a place was decided by the state at the place before.
 */
export class ChannelWriter {
  readonly #channelId: string;
  readonly #deps: ChannelWriterDeps;
  readonly #known: KnownState;
  #waiting: Waiting[] = [];
  #open = 0;
  readonly #unsettled = new Map<string, Promise<Appended>>();
  #flying = false;
  #politeUntil = 0;
  /** What the last write took. */
  #writeMs = 0;

  constructor(channelId: string, deps: ChannelWriterDeps) {
    this.#channelId = channelId;
    this.#deps = deps;
    this.#known = new KnownState(channelId, deps);
  }

  get idle(): boolean {
    return this.#open === 0 && this.#known.idle;
  }

  /**
   * Resolves once the entry is durable. The same operation again, now or in years, gives the first result.
   * @throws DomainError `unavailable` when it is not known whether the entry is stored: retry the same operation
   * @throws DomainError `rate-limited` when too many wait for this channel
   * @throws DomainError what the draft's decision refuses with
   */
  append(draft: EntryDraft): Promise<Appended> {
    const { operation } = draft;
    const unsettled = operation === null ? undefined : this.#unsettled.get(operation);
    if (unsettled) return unsettled.then(({ entry }) => ({ entry, repeated: true }));
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(rateLimited('channel.busy', 'Too much waits for this channel.', 1));
    }
    const result = Promise.withResolvers<Appended>();
    this.#waiting.push({ draft, result });
    this.#open += 1;
    if (operation !== null) this.#unsettled.set(operation, result.promise);
    const forget = (): void => {
      this.#open -= 1;
      if (operation !== null) this.#unsettled.delete(operation);
    };
    result.promise.then(forget, forget);
    if (!this.#flying) void this.#fly();
    return result.promise;
  }

  /** Resolves once everything that is stored by now is projected, whoever stored it. */
  async settle(): Promise<void> {
    const nothing = { actorId: null, operation: null, concerns: [], decide: () => undefined };
    await this.append({ ...nothing, channelId: this.#channelId });
    await this.#known.projected();
  }

  /** Somebody is about to read what follows from the entries stored so far. */
  hurry(): void {
    this.#known.hurry();
  }

  /**
   * There is another writer of this channel. Without room between the groups of the one, the other finds every place
   * taken by the time it has learnt of it, for as long as the first has something to say.
   */
  makeRoom(): void {
    this.#politeUntil = this.#now() + POLITE_MS;
  }

  async #fly(): Promise<void> {
    this.#flying = true;
    while (this.#waiting.length > 0) {
      await this.#commit(this.#waiting.splice(0, MAX_GROUP));
      if (this.#waiting.length > 0) await this.#leaveRoom();
    }
    this.#flying = false;
  }

  /** One to three times what a write takes: the other has to look and then to write. */
  async #leaveRoom(): Promise<void> {
    if (this.#now() >= this.#politeUntil) return;
    const unit = Math.min(Math.max(this.#writeMs, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    await this.#deps.pause(unit * (1 + 2 * this.#deps.random()));
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }

  /** Settles every one of the group; never rejects. */
  async #commit(group: readonly Waiting[]): Promise<void> {
    const giveUpAt = this.#now() + CONTENTION_DEADLINE_MS;
    let rest = group;
    try {
      for (let tries = 0; rest.length > 0; tries += 1) {
        if (tries > 0 && this.#now() > giveUpAt) throw contended();
        const state = await this.#known.toDecide(rest.map(({ draft }) => draft));
        rest = await this.#tryPlaces(rest, state, tries);
      }
    } catch (error) {
      // There is no such channel: all are refused, as by their decisions.
      if (isFinal(error))
        return answer(
          this.#deps.log,
          rest,
          rest.map(() => ({ kind: 'refuse', error })),
        );
      // The outcome is unknown: some may be stored, or be stored yet by a write that is still under way. What was
      // known to be committed stays so, hence the known state remains one to go on from.
      for (const { result } of rest) result.reject(error);
    }
  }

  /** @returns those that are to be decided again, because the state they were decided by was not the last one */
  async #tryPlaces(
    group: readonly Waiting[],
    state: ChannelState,
    tries: number,
  ): Promise<readonly Waiting[]> {
    const now = this.#deps.clock.now();
    const decisions = decideInOrder(
      state,
      group.map(({ draft }) => draft),
      now,
    );
    const outgoing = decisions.flatMap((decision, index) =>
      decision.kind === 'place'
        ? [{ index, entry: decision.entry, traceparent: group[index]?.draft.traceparent }]
        : [],
    );
    // Nothing to write, so nothing would be refused: whether the state is the last one has to be asked.
    if (outgoing.length === 0) {
      if (await this.#known.absorb()) return group;
      answer(this.#deps.log, group, decisions);
      return [];
    }
    const stored = await this.#deps.log.append(outgoing);
    this.#writeMs = this.#now() - now.getTime();
    if (stored > 0) this.#took(outgoing.slice(0, stored).map(({ entry }) => entry));
    const decided = stored === 0 ? 0 : (outgoing[stored]?.index ?? group.length);
    answer(this.#deps.log, group.slice(0, decided), decisions);
    return this.#afterRefusal(group.slice(decided), tries);
  }

  #took(entries: readonly Entry[]): void {
    this.#deps.onStored(entries);
    this.#known.advance(entries);
  }

  /**
   * The first of these was refused: either its operation is stored already, or its place is taken. Which of the two
   * indexes refused it is not asked: stores word it differently, and a retried write may hit both.
   * @returns those that were not done before
   */
  async #afterRefusal(rest: readonly Waiting[], tries: number): Promise<readonly Waiting[]> {
    if (rest.length === 0) return rest;
    // At once: while these are asked one after the other, the places move on. And for all of them: after a crash
    // whole groups come again, and would be refused one by one.
    const [firsts, wasBehind] = await Promise.all([firstsOf(this.#deps.log, rest), this.#known.absorb()]);
    answerRepeated(rest, firsts);
    if (firsts.size === 0) {
      this.makeRoom();
      this.#deps.onContention(this.#channelId);
      // Refused by a write that no majority holds yet: it will be visible soon, or be rolled back and its place free.
      if (!wasBehind) await this.#deps.pause(this.#pauseAfter(tries));
    }
    return rest.filter(({ draft }) => !firsts.has(draft.operation));
  }

  #pauseAfter(refusals: number): number {
    const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(refusals, 10));
    return ceiling * (0.5 + this.#deps.random() / 2);
  }
}
