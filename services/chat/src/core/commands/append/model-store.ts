import { unavailable } from '@chatplatform/kit/errors';
import type { Channel } from '../../domain/channel.ts';
import type { Entry, OutgoingEntry } from '../../domain/entry.ts';
import { nobodysMembership } from '../../domain/membership.ts';
import type { Membership } from '../../domain/membership.ts';
import { changed } from '../../domain/message.ts';
import type { Message } from '../../domain/message.ts';
import type { Changes, MembershipChange } from '../../domain/projection.ts';
import { isPlaced } from '../../domain/unplaced.ts';
import type { Unplaced } from '../../domain/unplaced.ts';
import type { EntryLog, FirstResults } from '../../ports/entry-log.ts';
import type { Projections } from '../../ports/projections.ts';

export type Fault = 'none' | 'request-lost' | 'reply-lost' | 'disconnected';

/**
 * A replicated store for tests, in memory, of one channel: entries are inserted one by one on a primary, a majority
 * follows behind, and a failover rolls back what no majority held. Every `step` is a point where anything else may
 * happen, so whoever resolves the steps decides the interleaving. The documents are written as the real store's are:
 * each guarded by itself, one after the other.
 */
export class ModelStore implements EntryLog, Projections {
  /** In the order of insertion on the primary. */
  #stored: (Entry | Unplaced)[] = [];
  #majority = 0;
  #term = 0;
  readonly #step: (what: string) => Promise<void>;
  readonly #nextFault: () => Fault;
  readonly messages = new Map<number, Message>();
  readonly memberships = new Map<string, Membership>();
  channel: Channel;

  constructor(
    channel: Channel,
    members: readonly Membership[],
    step: (what: string) => Promise<void>,
    nextFault: () => Fault = () => 'none',
  ) {
    this.channel = channel;
    for (const membership of members) this.memberships.set(membership.userId, membership);
    this.#step = step;
    this.#nextFault = nextFault;
  }

  /** What would survive now, in the order of insertion. */
  get committed(): readonly Entry[] {
    return this.#stored.slice(0, this.#majority).filter(isPlaced);
  }

  replicateOne(): void {
    this.#majority = Math.min(this.#stored.length, this.#majority + 1);
  }

  failOver(): void {
    this.#stored = this.#stored.slice(0, this.#majority);
    this.#term += 1;
  }

  append(outgoing: readonly OutgoingEntry[]): Promise<number> {
    return this.#write(outgoing.map(({ entry }) => entry));
  }

  async keepUnplaced(unplaced: readonly Unplaced[]): Promise<void> {
    for (const one of unplaced) await this.#write([one]);
  }

  async #write(documents: readonly (Entry | Unplaced)[]): Promise<number> {
    const fault = this.#nextFault();
    if (fault === 'request-lost') throw unavailable('store.unavailable', 'request lost');
    const served = this.#serve(documents);
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

  async #serve(documents: readonly (Entry | Unplaced)[]): Promise<number> {
    await this.#step('append');
    const term = this.#term;
    let stored = 0;
    for (const document of documents) {
      if (this.#stored.some((other) => isSameKey(other, document))) break;
      this.#stored.push(document);
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

  async firstResults(operations: readonly string[]): Promise<FirstResults> {
    await this.#step('first results');
    const found = this.#stored
      .slice(0, this.#majority)
      .filter(({ operation }) => operations.includes(operation));
    return {
      entries: found.filter(isPlaced).map(this.#current),
      unplaced: found.filter((document): document is Unplaced => !isPlaced(document)),
    };
  }

  async existing(ids: readonly string[]): Promise<ReadonlySet<string>> {
    await this.#step('existing');
    return new Set(this.committed.map(({ id }) => id).filter((id) => ids.includes(id)));
  }

  async read(ids: readonly string[]): Promise<Entry[]> {
    await this.#step('read');
    const found = this.committed.filter(({ id }) => ids.includes(id));
    return found.map(this.#current).toSorted((a, b) => a.seq - b.seq);
  }

  readMessages(): Promise<Message[]> {
    return Promise.reject(new Error('not modelled'));
  }

  channelsWithMedium(): Promise<string[]> {
    return Promise.reject(new Error('not modelled'));
  }

  attachedMedia(): Promise<ReadonlySet<string>> {
    return Promise.reject(new Error('not modelled'));
  }

  /** A message is read as it stands. */
  readonly #current = (entry: Entry): Entry =>
    entry.type === 'message' ? { ...entry, message: this.messages.get(entry.seq) ?? entry.message } : entry;

  async standings(userIds: readonly string[]): Promise<Membership[]> {
    await this.#step('standings');
    return userIds.flatMap((userId) => this.memberships.get(userId) ?? []);
  }

  async apply(_channelId: string, changes: Changes): Promise<number> {
    const { memberships, messages, archived, cursor, untoldMoves } = changes;
    if (this.#nextFault() === 'request-lost') throw unavailable('store.unavailable', 'request lost');
    for (const change of memberships) {
      await this.#step('project membership');
      this.#changeMemberships(change);
    }
    for (const change of messages) {
      await this.#step('project message');
      const said = this.#stored.filter(isPlaced).find(({ seq }) => seq === change.messageSeq);
      if (said?.type !== 'message') throw new Error(`no message at ${change.messageSeq}`);
      this.messages.set(said.seq, changed(this.messages.get(said.seq) ?? said.message, change));
    }
    await this.#step('move cursor');
    if (archived && archived.bySeq > this.#archivedSeq) {
      this.#archivedSeq = archived.bySeq;
      this.channel = { ...this.channel, archived: archived.value };
    }
    this.channel = {
      ...this.channel,
      lastSeq: Math.max(this.channel.lastSeq, cursor.seq),
      messageCount: Math.max(this.channel.messageCount, cursor.messageCount),
      movesSeq: Math.max(this.channel.movesSeq, cursor.movesSeq ?? 0),
      untoldMoves: [...new Set([...this.channel.untoldMoves, ...untoldMoves])],
    };
    return 0;
  }

  forgetUntoldMoves(ids: readonly string[]): void {
    const untoldMoves = this.channel.untoldMoves.filter((id) => !ids.includes(id));
    this.channel = { ...this.channel, untoldMoves };
  }

  #archivedSeq = 0;

  #changeMemberships(change: MembershipChange): void {
    if (change.kind === 'not-mentioned') {
      const { except, messageSeq, bySeq } = change;
      for (const membership of this.memberships.values()) {
        const { userId, unreadMentions, mentionsSeq } = membership;
        if (except.includes(userId) || !unreadMentions.includes(messageSeq) || mentionsSeq >= bySeq) continue;
        const kept = unreadMentions.filter((seq) => seq !== messageSeq);
        this.memberships.set(userId, { ...membership, unreadMentions: kept, mentionsSeq: bySeq });
      }
      return;
    }
    const known = this.memberships.get(change.userId);
    const membership = known ?? nobodysMembership(this.channel.id, change.userId);
    if (known || change.kind === 'added') {
      this.memberships.set(change.userId, changedMembership(membership, change));
    }
  }
}

const isSameKey = (one: Entry | Unplaced, other: Entry | Unplaced): boolean =>
  one.operation === other.operation || (isPlaced(one) && isPlaced(other) && one.id === other.id);

function changedMembership(
  membership: Membership,
  change: Exclude<MembershipChange, { kind: 'not-mentioned' }>,
): Membership {
  switch (change.kind) {
    case 'read':
      return {
        ...membership,
        readSeq: Math.max(membership.readSeq, change.readSeq),
        readCount: Math.max(membership.readCount, change.readCount),
        deliveredSeq: Math.max(membership.deliveredSeq, change.deliveredSeq),
        unreadMentions: membership.unreadMentions.filter((seq) => seq > change.readSeq),
      };
    case 'mentioned': {
      const { messageSeq, bySeq } = change;
      const { readSeq, unreadMentions, mentionsSeq } = membership;
      if (readSeq >= messageSeq || mentionsSeq >= bySeq || unreadMentions.includes(messageSeq))
        return membership;
      return {
        ...membership,
        unreadMentions: [...unreadMentions, messageSeq].toSorted((a, b) => a - b),
        mentionsSeq: bySeq,
      };
    }
    default: {
      if (membership.revision >= change.revision) return membership;
      const { revision } = change;
      if (change.kind === 'removed') return { ...membership, active: false, revision };
      return {
        ...membership,
        role: change.role,
        revision,
        ...(change.kind === 'added' ? { active: true, joinedAt: change.at } : {}),
      };
    }
  }
}
