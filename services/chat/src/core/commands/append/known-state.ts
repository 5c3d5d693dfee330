import type { Channel } from '../../domain/channel.ts';
import { advanced } from '../../domain/channel-state.ts';
import type { ChannelState } from '../../domain/channel-state.ts';
import { entryId, idsBetween } from '../../domain/entry.ts';
import type { Entry } from '../../domain/entry.ts';
import type { Standing } from '../../domain/membership.ts';
import type { Message } from '../../domain/message.ts';
import { channelNotFound } from '../../domain/refusals.ts';
import type { EntryLog } from '../../ports/entry-log.ts';
import type { EntryDraft } from './draft.ts';
import { ProjectionQueue } from './projection-queue.ts';

export interface KnownStateDeps {
  readonly log: Pick<EntryLog, 'read'>;
  /** The channel with its cursor: where a writer starts from. */
  readonly findChannel: (channelId: string) => Promise<Channel | undefined>;
  /** As far as they are projected; whoever was never there is absent. */
  readonly standings: (channelId: string, userIds: readonly string[]) => Promise<readonly Standing[]>;
  /** Brings consecutive entries into the documents that current state is read from. */
  readonly project: (channelId: string, entries: readonly Entry[]) => Promise<void>;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Called with what another writer stored, before anything of this one that follows it; must not throw. */
  readonly onAbsorbed: (entries: readonly Entry[]) => void;
}

/** Entries of others read at once; first, as many as a busy writer stores meanwhile: mostly one look is enough. */
const FIRST_LOOK = 64;
const ABSORB_CHUNK = 500;
/** People whose standing is remembered at most. */
const MAX_STANDINGS = 2000;

/**
 * What a writer knows of its channel: the state at a place that is majority-committed with all before it. Whatever it
 * learns, by storing or by looking, it also has projected, in order.
 */
export class KnownState {
  readonly #channelId: string;
  readonly #deps: KnownStateDeps;
  readonly #projection: ProjectionQueue;
  /** null until it is looked for. */
  #state: ChannelState | null = null;

  constructor(channelId: string, deps: KnownStateDeps) {
    this.#channelId = channelId;
    this.#deps = deps;
    this.#projection = new ProjectionQueue((entries) => deps.project(channelId, entries), deps.pause);
  }

  /** Whether nothing is being projected. */
  get idle(): boolean {
    return this.#projection.idle;
  }

  /** Resolves once everything that is known is projected. @throws DomainError `unavailable` when it could not be */
  projected(): Promise<void> {
    return this.#projection.drained();
  }

  /** @see ProjectionQueue.hurry */
  hurry(): void {
    this.#projection.hurry();
  }

  /** The state to decide these by, with the standings of all they concern and the messages they look at. */
  async toDecide(drafts: readonly EntryDraft[]): Promise<ChannelState> {
    if (this.#projection.failed) {
      this.#projection.restart();
      this.#state = null;
    }
    const state = await this.#withStandings(await this.#known(), drafts);
    const seqs = new Set(drafts.flatMap(({ messages }) => messages ?? []));
    this.#state = seqs.size === 0 ? state : { ...state, messages: await this.#messagesAt([...seqs]) };
    return this.#state;
  }

  /** These were stored by this writer, right after what it knew. */
  advance(entries: readonly Entry[]): void {
    if (!this.#state) throw new Error('stored without a state to go on from');
    this.#state = { ...entries.reduce(advanced, this.#state), messages: new Map() };
    this.#projection.push(entries);
  }

  /** Takes in what another writer stored meanwhile. @returns whether there was anything */
  async absorb(): Promise<boolean> {
    const known = this.#state;
    if (!known) return true;
    let current = known;
    for (let size = FIRST_LOOK; ; size = ABSORB_CHUNK) {
      const ids = idsBetween(this.#channelId, current.seq + 1, current.seq + size);
      const found = await this.#deps.log.read(ids);
      const next = withoutGap(found, current.seq);
      if (next.length > 0) {
        current = next.reduce(advanced, current);
        this.#state = current;
        this.#deps.onAbsorbed(next);
        this.#projection.push(next);
      }
      const isEnd = found.length < size && next.length === found.length;
      if (isEnd) return current !== known;
    }
  }

  async #withStandings(state: ChannelState, drafts: readonly EntryDraft[]): Promise<ChannelState> {
    const wanted = new Set(drafts.flatMap(({ concerns }) => concerns));
    const missing = [...wanted].filter((userId) => !state.standings.has(userId));
    if (missing.length === 0) return state;
    // What is known here and not yet there would be missed.
    await this.#projection.drained();
    const found = await this.#deps.standings(this.#channelId, missing);
    const tooMany = state.standings.size > MAX_STANDINGS;
    const kept = [...state.standings].filter(([userId]) => !tooMany || wanted.has(userId));
    const standings = new Map([
      ...kept,
      ...found.map((standing): [string, Standing] => [standing.userId, standing]),
    ]);
    return { ...state, standings };
  }

  /** Not kept from group to group: a message is changed seldom. */
  async #messagesAt(seqs: readonly number[]): Promise<ReadonlyMap<number, Message>> {
    await this.#projection.drained();
    const entries = await this.#deps.log.read(seqs.map((seq) => entryId(this.#channelId, seq)));
    return new Map(
      entries.flatMap((entry) => (entry.type === 'message' ? [[entry.seq, entry.message] as const] : [])),
    );
  }

  async #known(): Promise<ChannelState> {
    if (this.#state) return this.#state;
    const channel = await this.#deps.findChannel(this.#channelId);
    if (!channel) throw channelNotFound();
    const { lastSeq: seq, messageCount } = channel;
    const state = { channel, seq, messageCount, standings: new Map(), messages: new Map() };
    this.#state = state;
    await this.absorb();
    return this.#state;
  }
}

/** A look is not one moment: it may miss a place and see the next one, which was stored after it. */
function withoutGap(found: readonly Entry[], after: number): readonly Entry[] {
  const gap = found.findIndex(({ seq }, index) => seq !== after + 1 + index);
  return gap === -1 ? found : found.slice(0, gap);
}
