import type { Clock } from '@chatplatform/kit/clock';
import { rateLimited, unavailable } from '@chatplatform/kit/errors';
import type { DomainError } from '@chatplatform/kit/errors';
import { place } from '../../domain/message.ts';
import type { Message, MessageDraft } from '../../domain/message.ts';
import type { MessageLog } from '../../ports/message-log.ts';

export interface ChannelWriterDeps {
  readonly log: Pick<MessageLog, 'append' | 'findFirst'>;
  readonly clock: Clock;
  /** The exact last seq. `known` is a lower bound, or null to start from what the channel remembers. */
  readonly searchLast: (channelId: string, known: number | null) => Promise<number>;
  /** Called with each stored group at once, in order of seq; must not throw. */
  readonly onStored: (messages: readonly Message[]) => void;
  /** Another writer took the place first: lets it know that it is not alone. Must not throw. */
  readonly onContention: (channelId: string) => void;
  /** What must be written before a sender may be told; its failure leaves the send to be retried. */
  readonly beforeAck: (messages: readonly Message[]) => Promise<void>;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** 0 <= x < 1 */
  readonly random: () => number;
}

export interface Appended {
  readonly message: Message;
  /** The message was there before: this was a retry. */
  readonly repeated: boolean;
}

/** Messages a group holds at most: bounds the size of one write and the wait of the last sender in it. */
export const MAX_GROUP = 200;
/** Sends that wait for their place at most; beyond it senders are told to come back. */
export const MAX_WAITING = 2000;
/** How long one group contends for places with writers elsewhere before its senders are told to retry. */
const CONTENTION_DEADLINE_MS = 5000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 200;
/** How long a writer that is not alone leaves room between its groups. */
const POLITE_MS = 2000;

interface Waiting {
  readonly draft: MessageDraft;
  readonly result: PromiseWithResolvers<Appended>;
}

const contended = (): DomainError =>
  unavailable('channel.contended', 'The channel is too busy to give the message its place.');

const keyOf = (draft: MessageDraft): string => `${draft.senderId}:${draft.clientMessageId}`;

/**
 * Gives the messages of one channel their places. See docs/adr/0003-message-sequence.md for the whole argument.
 *
 * One group is in flight at a time; whoever arrives meanwhile forms the next. The insert itself is the allocation
 * of the seq, so nothing has to be given back when it fails. The rule that keeps the sequence dense: a place is
 * only tried when the one before it is known to be majority-committed (or stands before it in the same ordered
 * group).
 */
export class ChannelWriter {
  readonly #channelId: string;
  readonly #deps: ChannelWriterDeps;
  /** Known to be majority-committed, with all before it; null until it is searched for the first time. */
  #last: number | null = null;
  #waiting: Waiting[] = [];
  readonly #unsettled = new Map<string, Promise<Appended>>();
  #flying = false;
  #politeUntil = 0;
  /** What the last write took. */
  #writeMs = 0;

  constructor(channelId: string, deps: ChannelWriterDeps) {
    this.#channelId = channelId;
    this.#deps = deps;
  }

  get idle(): boolean {
    return this.#unsettled.size === 0;
  }

  /**
   * Resolves once the message is durable. Sending the same (sender, client message id) again, now or in years,
   * gives the first result.
   * @throws DomainError `unavailable` when it is not known whether the message is stored: retry with the same ids
   * @throws DomainError `rate-limited` when too many sends wait for this channel
   */
  append(draft: MessageDraft): Promise<Appended> {
    const key = keyOf(draft);
    const unsettled = this.#unsettled.get(key);
    if (unsettled) return unsettled.then(({ message }) => ({ message, repeated: true }));
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(rateLimited('channel.busy', 'Too many messages wait for this channel.', 1));
    }
    const result = Promise.withResolvers<Appended>();
    this.#waiting.push({ draft, result });
    this.#unsettled.set(key, result.promise);
    const forget = (): void => void this.#unsettled.delete(key);
    result.promise.then(forget, forget);
    if (!this.#flying) void this.#fly();
    return result.promise;
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
      for (let refusals = 0; rest.length > 0; refusals += 1) {
        if (refusals > 0 && this.#now() > giveUpAt) throw contended();
        this.#last ??= await this.#deps.searchLast(this.#channelId, null);
        rest = await this.#tryPlaces(rest, this.#last);
        if (rest.length > 0) rest = await this.#afterRefusal(rest, this.#last, refusals);
      }
    } catch (error) {
      // The outcome is unknown: some may be stored, or be stored yet by a write that is still under way. What was
      // known to be committed stays so, hence `#last` remains a lower bound to go on from.
      for (const { result } of rest) result.reject(error);
    }
  }

  /** @returns those that got no place because the first of them was refused */
  async #tryPlaces(group: readonly Waiting[], last: number): Promise<readonly Waiting[]> {
    const now = this.#deps.clock.now();
    const placed = group.map(({ draft }, index) => place(draft, last + 1 + index, now));
    const stored = await this.#deps.log.append(placed);
    this.#writeMs = this.#now() - now.getTime();
    this.#last = last + stored;
    if (stored > 0) {
      const messages = placed.slice(0, stored).map(({ message }) => message);
      this.#deps.onStored(messages);
      this.#acknowledge(group.slice(0, stored), messages);
    }
    return group.slice(stored);
  }

  /** Not awaited by the flight: the next group need not wait for the bookkeeping of this one. */
  #acknowledge(senders: readonly Waiting[], messages: readonly Message[], repeated = false): void {
    this.#deps.beforeAck(messages).then(
      () => {
        for (const [index, message] of messages.entries()) {
          senders[index]?.result.resolve({ message, repeated });
        }
      },
      (error: unknown) => {
        for (const { result } of senders) result.reject(error);
      },
    );
  }

  /**
   * The first of the group was refused: either its message is stored already, or its place is taken. Which of the
   * two indexes refused it is not asked: stores word it differently, and a retried write may hit both.
   */
  async #afterRefusal(rest: readonly Waiting[], last: number, refusals: number): Promise<readonly Waiting[]> {
    const [head, ...others] = rest;
    if (!head) return rest;
    // At once: while these are asked one after the other, the places move on.
    const [first, found] = await Promise.all([
      this.#findFirst(head),
      this.#deps.searchLast(this.#channelId, last),
    ]);
    this.#last = found;
    if (first) {
      // After a crash whole groups come again, so ask for the others now instead of being refused one by one.
      const firsts = [first, ...(await Promise.all(others.map((other) => this.#findFirst(other))))];
      return this.#acknowledgeRepeated(rest, firsts);
    }
    this.makeRoom();
    this.#deps.onContention(this.#channelId);
    // Refused by a write that no majority holds yet: it will be visible soon, or be rolled back and its place free.
    if (found === last) await this.#deps.pause(this.#pauseAfter(refusals));
    return rest;
  }

  /** @returns those that were not found */
  #acknowledgeRepeated(
    senders: readonly Waiting[],
    firsts: readonly (Message | undefined)[],
  ): readonly Waiting[] {
    return senders.filter((sender, index) => {
      const first = firsts[index];
      if (first) this.#acknowledge([sender], [first], true);
      return !first;
    });
  }

  #findFirst({ draft }: Waiting): Promise<Message | undefined> {
    return this.#deps.log.findFirst(draft.senderId, draft.clientMessageId);
  }

  #pauseAfter(refusals: number): number {
    const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(refusals, 10));
    return ceiling * (0.5 + this.#deps.random() / 2);
  }
}
