export interface Missed {
  inChannel(channelId: string): void;
  everywhere(): void;
  membership(): void;
  /** What was missed since it was last taken. */
  take(): { channelIds: ReadonlySet<string> | 'all'; membership: boolean };
}

/** Channels told apart at most; beyond it everybody is asked to sync everything. */
const MAX_CHANNELS = 10_000;

/** Remembers what could not be told while Redis was away. */
export function createMissed(maxChannels = MAX_CHANNELS): Missed {
  let channelIds = new Set<string>();
  let all = false;
  let membershipMissed = false;
  return {
    inChannel(channelId) {
      channelIds.add(channelId);
      if (channelIds.size > maxChannels) all = true;
      if (all) channelIds.clear();
    },
    everywhere() {
      all = true;
    },
    membership() {
      membershipMissed = true;
    },
    take() {
      const taken = { channelIds: all ? ('all' as const) : channelIds, membership: membershipMissed };
      channelIds = new Set();
      all = false;
      membershipMissed = false;
      return taken;
    },
  };
}
