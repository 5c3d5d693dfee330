import type { ChannelView } from '../domain/channel.ts';
import { entryId } from '../domain/entry.ts';
import type { Entry } from '../domain/entry.ts';
import { roughSize, shareOut } from '../domain/sync-budget.ts';
import type { EntryLog } from '../ports/entry-log.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import { describeChannels } from './describe-channels.ts';
import type { DescribeChannelsDeps } from './describe-channels.ts';

export interface SyncChannelsDeps extends DescribeChannelsDeps {
  readonly memberships: Pick<MembershipStore, 'findIn' | 'ofUser'>;
  readonly log: Pick<EntryLog, 'read'>;
}

export interface SyncChannelsProps {
  readonly userId: string;
  /** What is known, the most wanted first. */
  readonly known: readonly { readonly channelId: string; readonly afterSeq: number }[];
  /** Entries altogether. */
  readonly limit: number;
}

export interface ChannelSync {
  readonly channelId: string;
  /** null: the person is not in it. */
  readonly view: ChannelView | null;
  /** Ascending and dense from `afterSeq` + 1. */
  readonly entries: readonly Entry[];
  readonly complete: boolean;
}

export interface Sync {
  /** As asked for, in the same order. */
  readonly channels: readonly ChannelSync[];
  /** Channels the person is in and did not name. */
  readonly unnamed: readonly ChannelView[];
}

/** Of one answer, roughly: what is beyond it is asked for again. */
const MAX_CHARACTERS = 1_000_000;
/** Entries read at once: bounds what is read and then not given because it is too much. */
const CHUNK = 200;

/** What happened in many channels since one was there; no more questions to the store for many than for one. */
export async function syncChannels(
  deps: SyncChannelsDeps,
  { userId, known, limit }: SyncChannelsProps,
): Promise<Sync> {
  const memberships = await deps.memberships.ofUser(userId);
  const ids = [...memberships, ...known].map(({ channelId }) => channelId);
  const ends = await describeChannels(deps, [...new Set(ids)], userId);
  const lastSeqs = new Map(ends.map(({ channel }) => [channel.id, channel.lastSeq]));
  const shares = shareOut(
    known.map(({ channelId, afterSeq }) => ({ afterSeq, lastSeq: lastSeqs.get(channelId) ?? 0 })),
    limit,
  );
  const wanted = known.flatMap(({ channelId, afterSeq }, index) =>
    Array.from({ length: shares[index] ?? 0 }, (_, place) => entryId(channelId, afterSeq + 1 + place)),
  );
  const entries = await readWithin(deps.log, wanted);
  // Access after content: a removal that came in between is seen, and takes what followed it along.
  const stillIn = await deps.memberships.findIn([...lastSeqs.keys()], userId);
  const active = new Set(stillIn.flatMap(({ channelId, active: isIn }) => (isIn ? [channelId] : [])));
  const views = new Map(
    ends.flatMap((view) => (active.has(view.channel.id) ? [[view.channel.id, view] as const] : [])),
  );
  const named = new Set(known.map(({ channelId }) => channelId));
  return {
    channels: known.map(({ channelId, afterSeq }) => {
      const view = views.get(channelId) ?? null;
      const own = view ? (entries.get(channelId) ?? []).filter(({ seq }) => seq > afterSeq) : [];
      const end = Math.max(afterSeq, own.at(-1)?.seq ?? 0);
      return { channelId, view, entries: own, complete: !view || end >= view.channel.lastSeq };
    }),
    unnamed: [...views.values()].filter(({ channel }) => !named.has(channel.id)),
  };
}

/** In the order asked for, until it is too much. @returns a dense prefix of what is wanted of each channel */
async function readWithin(
  log: Pick<EntryLog, 'read'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Entry[]>> {
  const byChannel = new Map<string, Entry[]>();
  let characters = 0;
  for (let start = 0; start < ids.length && characters < MAX_CHARACTERS; start += CHUNK) {
    const chunk = ids.slice(start, start + CHUNK);
    const found = new Map((await log.read(chunk)).map((entry) => [entry.id, entry]));
    for (const id of chunk) {
      if (characters >= MAX_CHARACTERS) break;
      const entry = found.get(id);
      if (!entry) throw new Error(`a hole at ${id}`);
      const own = byChannel.get(entry.channelId) ?? [];
      own.push(entry);
      byChannel.set(entry.channelId, own);
      characters += roughSize(entry);
    }
  }
  return byChannel;
}
