import type { Channel } from '@chatplatform/contracts/http/chat';

/** How long a connection counts as there without being renewed: longer than a gateway takes to be replaced. */
export const PRESENCE_TTL_MS = 60_000;
export const PRESENCE_RENEWAL_MS = 20_000;

/** In larger channels coming and going is noise, and costs members times members frames. */
const LARGEST_CHANNEL = 100;
const MOST_CHANNELS = 50;

type ChannelSize = Pick<Channel, 'id' | 'kind' | 'memberCount'>;

/** Where a person's coming and going is shown: among people they know. */
export const presenceAudience = (channels: readonly ChannelSize[]): string[] =>
  channels
    .filter(({ kind, memberCount }) => kind !== 'public' && memberCount <= LARGEST_CHANNEL)
    .slice(0, MOST_CHANNELS)
    .map(({ id }) => id);

/** Splits a person's entries, socket id -> expiry in ms, into those that count and those a dead gateway left. */
export function sortEntries(
  entries: Readonly<Record<string, string>>,
  nowMs: number,
): { live: string[]; dead: string[] } {
  const ids = Object.keys(entries);
  const isLive = (id: string): boolean => Number(entries[id]) > nowMs;
  return { live: ids.filter(isLive), dead: ids.filter((id) => !isLive(id)) };
}
