import { unavailable } from '@chatplatform/kit/errors';
import type { Message, OutgoingMessage } from '../../domain/message.ts';
import type { MessageLog } from '../../ports/message-log.ts';

export type Fault = 'none' | 'request-lost' | 'reply-lost' | 'disconnected';

/**
 * A replicated store for tests, in memory: documents are inserted one by one on a primary, a majority follows
 * behind, and a failover rolls back what no majority held. Every `step` is a point where anything else may happen,
 * so whoever resolves the steps decides the interleaving.
 */
export class ModelMessageLog implements MessageLog {
  /** In the order of insertion on the primary. */
  #stored: Message[] = [];
  #majority = 0;
  #term = 0;
  readonly #step: (what: string) => Promise<void>;
  readonly #nextFault: () => Fault;

  constructor(step: (what: string) => Promise<void>, nextFault: () => Fault = () => 'none') {
    this.#step = step;
    this.#nextFault = nextFault;
  }

  /** What would survive now, in the order of insertion. */
  get committed(): readonly Message[] {
    return this.#stored.slice(0, this.#majority);
  }

  replicateOne(): void {
    this.#majority = Math.min(this.#stored.length, this.#majority + 1);
  }

  failOver(): void {
    this.#stored = this.#stored.slice(0, this.#majority);
    this.#term += 1;
  }

  async append(messages: readonly OutgoingMessage[]): Promise<number> {
    const fault = this.#nextFault();
    if (fault === 'request-lost') throw unavailable('store.unavailable', 'request lost');
    const served = this.#serve(messages.map(({ message }) => message));
    if (fault === 'disconnected') {
      // The server goes on with the write while the client has given it up.
      served.catch(() => undefined);
      await this.#step('disconnect');
      throw unavailable('store.unavailable', 'disconnected');
    }
    const stored = await served;
    if (fault === 'reply-lost') throw unavailable('store.unavailable', 'reply lost');
    return stored;
  }

  async #serve(messages: readonly Message[]): Promise<number> {
    await this.#step('append');
    const term = this.#term;
    let stored = 0;
    for (const message of messages) {
      if (this.#refuses(message)) break;
      this.#stored.push(message);
      stored += 1;
      await this.#step('inserted');
      if (term !== this.#term) throw unavailable('store.unavailable', 'primary lost');
    }
    const position = this.#stored.length;
    while (stored > 0 && this.#majority < position) {
      await this.#step('await majority');
      if (term !== this.#term) throw unavailable('store.unavailable', 'primary lost');
    }
    return stored;
  }

  #refuses(message: Message): boolean {
    return this.#stored.some(
      ({ id, senderId, clientMessageId }) =>
        id === message.id || (senderId === message.senderId && clientMessageId === message.clientMessageId),
    );
  }

  async findFirst(senderId: string, clientMessageId: string): Promise<Message | undefined> {
    await this.#step('find first');
    return this.committed.find(
      (message) => message.senderId === senderId && message.clientMessageId === clientMessageId,
    );
  }

  async existing(ids: readonly string[]): Promise<ReadonlySet<string>> {
    await this.#step('existing');
    return new Set(this.committed.map(({ id }) => id).filter((id) => ids.includes(id)));
  }

  async read(ids: readonly string[]): Promise<Message[]> {
    await this.#step('read');
    return this.committed.filter(({ id }) => ids.includes(id)).toSorted((a, b) => a.seq - b.seq);
  }
}
