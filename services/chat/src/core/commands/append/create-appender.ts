import type { Clock } from '@chatplatform/kit/clock';
import type { LastSeqReader } from '../../queries/last-seq-reader.ts';
import type { ChannelStore } from '../../ports/channel-store.ts';
import type { LiveUpdates } from '../../ports/live-updates.ts';
import type { MembershipStore } from '../../ports/membership-store.ts';
import type { MessageLog } from '../../ports/message-log.ts';
import { createMessageAppender } from './channel-writers.ts';
import type { MessageAppender } from './channel-writers.ts';
import { createLastSeqHints } from './last-seq-hints.ts';

export interface AppenderPorts {
  readonly log: Pick<MessageLog, 'append' | 'findFirst'>;
  readonly channels: Pick<ChannelStore, 'find' | 'raiseLastSeqHint' | 'countContention'>;
  readonly memberships: Pick<MembershipStore, 'advanceReadMarks'>;
  readonly live: Pick<LiveUpdates, 'messageCreated'>;
  readonly lastSeqs: Pick<LastSeqReader, 'of'>;
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
  /** Hears of failures that harm nobody: a hint that was not written. */
  readonly onHintError: (error: unknown) => void;
}

/** What a busy writer elsewhere takes within a few commits: a search in one question is in time for the next place. */
const PLACES_TAKEN_MEANWHILE = 64;

/**
 * What happens around a stored group: everybody connected is told at once, in order; the senders' own read marks
 * are raised before they are answered (one has read what one said, and an unread count must not say otherwise).
 */
export function createAppender(ports: AppenderPorts): MessageAppender {
  const hints = createLastSeqHints({
    channels: ports.channels,
    onContention: (channelId) => appender.makeRoom(channelId),
    onError: ports.onHintError,
  });
  const appender = createMessageAppender({
    log: ports.log,
    clock: ports.clock,
    pause: ports.pause,
    random: ports.random,
    searchLast: async (channelId, known) => {
      const bound = known ?? (await ports.channels.find(channelId))?.lastSeqHint ?? 0;
      return ports.lastSeqs.of(channelId, bound, { dense: PLACES_TAKEN_MEANWHILE });
    },
    onContention: (channelId) => hints.contention(channelId),
    onStored: (messages) => {
      for (const message of messages) {
        ports.live.messageCreated(message);
        hints.raise(message.channelId, message.seq);
      }
    },
    beforeAck: (messages) =>
      ports.memberships.advanceReadMarks(
        messages.map(({ channelId, senderId, seq }) => ({ channelId, userId: senderId, seq })),
      ),
  });
  return appender;
}
