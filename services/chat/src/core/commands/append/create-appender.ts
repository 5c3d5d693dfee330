import type { Clock } from '@chatplatform/kit/clock';
import type { Channel } from '../../domain/channel.ts';
import { changesOf } from '../../domain/projection.ts';
import type { ChannelStore } from '../../ports/channel-store.ts';
import type { EntryLog } from '../../ports/entry-log.ts';
import type { MembershipStore } from '../../ports/membership-store.ts';
import type { Projections } from '../../ports/projections.ts';
import type { Announcements } from '../announce/announcements.ts';
import type { Appended } from './answers.ts';
import { createChannelWriters } from './channel-writers.ts';
import { createContention } from './contention.ts';
import type { EntryDraft } from './draft.ts';

export interface AppenderPorts {
  readonly log: Pick<EntryLog, 'append' | 'firstResults' | 'keepUnplaced' | 'read'>;
  readonly channels: Pick<ChannelStore, 'find' | 'forgetUntoldMoves' | 'countContention'>;
  readonly memberships: Pick<MembershipStore, 'findMany'>;
  readonly projections: Projections;
  readonly announcements: Pick<Announcements, 'tell' | 'passOn' | 'doubt' | 'untoldMoves'>;
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
  /** Hears of failures that harm nobody: a count that was not written, a note that was not taken back. */
  readonly onHarmlessError: (error: unknown) => void;
}

export interface Appender {
  /** @see ChannelWriter.append */
  append(draft: EntryDraft): Promise<Appended>;
  /** @see ChannelWriter.settle */
  settle(channelId: string): Promise<void>;
  /** @see ChannelWriter.hurry */
  hurry(channelId: string): void;
}

/** What happens around a stored group: everybody connected is told at once, in order, and the documents follow. */
export function createAppender(ports: AppenderPorts): Appender {
  const { log, channels, memberships, announcements, clock, pause, random } = ports;
  const contention = createContention({
    channels,
    onContention: (channelId) => writers.makeRoom(channelId),
    onError: ports.onHarmlessError,
  });
  /** Whoever starts from the cursor has not seen who came and went before it. */
  const tellUntoldMoves = async ({ id, untoldMoves }: Channel): Promise<void> => {
    if (untoldMoves.length === 0) return;
    const told = announcements.doubt(await log.read(untoldMoves));
    const forget = async (): Promise<void> => {
      if (await told) await channels.forgetUntoldMoves(id, untoldMoves);
    };
    forget().catch(ports.onHarmlessError);
  };
  const writers = createChannelWriters({
    log,
    clock,
    pause,
    random,
    findChannel: async (channelId) => {
      const channel = await channels.find(channelId);
      if (channel) await tellUntoldMoves(channel);
      return channel;
    },
    standings: (channelId, userIds) => memberships.findMany(channelId, userIds),
    project: async (channelId, entries) => {
      const untoldMoves = await announcements.untoldMoves(entries);
      const contended = await ports.projections.apply(channelId, changesOf(entries, untoldMoves));
      contention.seen(channelId, contended);
    },
    onContention: (channelId) => contention.report(channelId),
    onStored: (entries) => entries.forEach((entry) => announcements.tell(entry)),
    onAbsorbed: (entries) => announcements.passOn(entries),
  });
  return {
    settle: (channelId) => writers.settle(channelId),
    hurry: (channelId) => writers.hurry(channelId),
    async append(draft) {
      const appended = await writers.append(draft);
      // The first attempt may have died between its write and telling the others; they drop what they have already.
      if (appended.repeated && appended.entry) announcements.tell(appended.entry);
      return appended;
    },
  };
}
