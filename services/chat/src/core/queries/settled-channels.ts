import { unavailable } from '@chatplatform/kit/errors';
import type { DomainError } from '@chatplatform/kit/errors';
import type { Channel } from '../domain/channel.ts';
import type { ChannelStore } from '../ports/channel-store.ts';
import type { LastSeqReader } from './last-seq-reader.ts';

/** Channels of which everything that was stored before the question is in the documents. */
export interface SettledChannels {
  /** Those that do not exist are absent. */
  of(channelIds: readonly string[]): Promise<ReadonlyMap<string, Channel>>;
}

export interface SettledChannelsDeps {
  readonly channels: Pick<ChannelStore, 'findMany'>;
  readonly lastSeqs: Pick<LastSeqReader, 'ofMany'>;
  readonly appender: { settle(channelId: string): Promise<void>; hurry(channelId: string): void };
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** How long a writer is given to finish by itself before its work is done for it. */
const PATIENCE_MS = [4, 8, 16, 32];

/** How often it is done for the writer before the asker is told to come back. */
const ATTEMPTS = 3;

const unsettled = (): DomainError =>
  unavailable('channel.unsettled', 'The channel could not be brought up to date; try again.');

/**
 * Ask it before anything else is read: documents that are read later are no older than the cursor. An entry after
 * the cursor means that its writer is about to bring it in, or has died. What is added while one waits is not waited for.
 */
export function createSettledChannels({
  channels,
  lastSeqs,
  appender,
  pause,
}: SettledChannelsDeps): SettledChannels {
  return {
    async of(channelIds) {
      const settled = new Map<string, Channel>();
      let found = await channels.findMany([...new Set(channelIds)]);
      const ends = await lastSeqs.ofMany(new Map(found.map(({ id, lastSeq }) => [id, lastSeq])));
      for (let tries = 0; ; tries += 1) {
        const behind = found.filter(({ id, lastSeq }) => lastSeq < (ends.get(id) ?? 0));
        for (const channel of found) if (!behind.includes(channel)) settled.set(channel.id, channel);
        if (behind.length === 0) return settled;
        if (tries > PATIENCE_MS.length + ATTEMPTS) throw unsettled();
        for (const { id } of behind) appender.hurry(id);
        const patience = PATIENCE_MS[tries];
        if (patience === undefined) await Promise.all(behind.map(({ id }) => appender.settle(id)));
        else await pause(patience);
        found = await channels.findMany(behind.map(({ id }) => id));
      }
    },
  };
}
