import type { Clock } from '@chatplatform/kit/clock';
import { isMembershipEntry } from '../../domain/entry.ts';
import { changesOf } from '../../domain/projection.ts';
import type { ChannelStore } from '../../ports/channel-store.ts';
import type { EntryLog } from '../../ports/entry-log.ts';
import type { LiveUpdates } from '../../ports/live-updates.ts';
import type { MembershipStore } from '../../ports/membership-store.ts';
import type { Projections } from '../../ports/projections.ts';
import type { Announcements } from '../announce/announcements.ts';
import type { Appended } from './answers.ts';
import { createChannelWriters } from './channel-writers.ts';
import { createContention } from './contention.ts';
import type { EntryDraft } from './draft.ts';

export interface AppenderPorts {
  readonly log: Pick<EntryLog, 'append' | 'findByOperations' | 'read'>;
  readonly channels: Pick<ChannelStore, 'find' | 'countContention'>;
  readonly memberships: Pick<MembershipStore, 'findMany'>;
  readonly projections: Projections;
  readonly announcements: Pick<Announcements, 'tell' | 'attempted'>;
  readonly live: Pick<LiveUpdates, 'membershipSeen'>;
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
  /** Hears of failures that harm nobody: a count that was not written. */
  readonly onContentionError: (error: unknown) => void;
}

export interface Appender {
  /** @see ChannelWriter.append */
  append(draft: EntryDraft): Promise<Appended>;
  /** @see ChannelWriter.settle */
  settle(channelId: string): Promise<void>;
}

/** What happens around a stored group: everybody connected is told at once, in order, and the documents follow. */
export function createAppender(ports: AppenderPorts): Appender {
  const { log, channels, memberships, announcements, live, clock, pause, random } = ports;
  const contention = createContention({
    channels,
    onContention: (channelId) => writers.makeRoom(channelId),
    onError: ports.onContentionError,
  });
  const writers = createChannelWriters({
    log,
    clock,
    pause,
    random,
    findChannel: (channelId) => channels.find(channelId),
    standings: (channelId, userIds) => memberships.findMany(channelId, userIds),
    project: async (channelId, entries) => {
      // Whoever goes on from the cursor takes it that the gateways know of the removals before it.
      await announcements.attempted(entries.filter(isMembershipEntry).map(({ id }) => id));
      contention.seen(channelId, await ports.projections.apply(channelId, changesOf(entries)));
    },
    onContention: (channelId) => contention.report(channelId),
    onStored: (entries) => entries.forEach((entry) => announcements.tell(entry)),
    onAbsorbed: (entries) => {
      // Who was removed and came back is in: only the last change of each person counts.
      const last = new Map(entries.filter(isMembershipEntry).map((entry) => [entry.userId, entry]));
      for (const entry of last.values()) live.membershipSeen(entry);
    },
  });
  return {
    settle: (channelId) => writers.settle(channelId),
    async append(draft) {
      const appended = await writers.append(draft);
      // The first attempt may have died between its write and telling the others; they drop what they have already.
      if (appended.repeated && appended.entry) announcements.tell(appended.entry);
      return appended;
    },
  };
}
