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

/** A person's connections as they are stored: socket id -> expiry in ms, and whether it hides its person. */
export type PresenceEntries = Readonly<Record<string, string>>;

const HIDDEN = 'hidden';

export const presenceValue = (expiryMs: number, hidden: boolean): string =>
  hidden ? `${expiryMs} ${HIDDEN}` : String(expiryMs);

export interface Presence {
  /** Has a connection. */
  readonly connected: boolean;
  /** Is seen: has one, and none that hides. */
  readonly shown: boolean;
  /** Entries that a gateway left behind when it died. */
  readonly dead: readonly string[];
}

export function presenceOf(entries: PresenceEntries, nowMs: number): Presence {
  const dead: string[] = [];
  let [connected, hidden] = [false, false];
  for (const [socketId, value] of Object.entries(entries)) {
    const [expiry, mode] = value.split(' ');
    if (Number(expiry) <= nowMs) dead.push(socketId);
    else {
      connected = true;
      hidden ||= mode === HIDDEN;
    }
  }
  return { connected, shown: connected && !hidden, dead };
}
