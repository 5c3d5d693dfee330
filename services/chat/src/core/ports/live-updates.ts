import type { ChannelView } from '../domain/channel.ts';
import type { Entry, Move } from '../domain/entry.ts';

/**
 * Telling connected clients at once. None of these fails, and nobody who does something for a person waits for them: what
 * they tell is durable already. The promises resolve to whether Redis has it, at the latest after seconds.
 */
export interface LiveUpdates {
  /** To everybody in the channel. Called in ascending order of seq within a channel; again for a retry. */
  appended(entry: Entry): Promise<boolean>;
  /**
   * The same of an entry that was stored a while ago, and that somebody may not have been told of. Memberships may have
   * changed since, so those of a person it concerns are read anew.
   */
  appendedBefore(entry: Entry): Promise<boolean>;
  /**
   * Lets the gateways know of a change of membership that another process wrote, before anything that follows it is
   * told by this one.
   */
  moveSeen(entry: Move): Promise<boolean>;
  /** The same of one that was stored a while ago: the person may have come or gone again since, so theirs are read anew. */
  moveDoubted(entry: Move): Promise<boolean>;
  /** To the person's own devices: they are in, or are in again. */
  joined(view: ChannelView): void;
  /** To the person's own devices: how far they have read, and how many messages that are. */
  marksRaised(mark: { channelId: string; userId: string; readSeq: number; readCount: number }): void;
}
