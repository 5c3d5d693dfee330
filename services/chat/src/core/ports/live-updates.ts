import type { ChannelView } from '../domain/channel.ts';
import type { Entry, MembershipContent } from '../domain/entry.ts';

/**
 * Telling connected clients at once. Best effort by design: none of these fails or waits, because what they tell
 * is durable already and clients fetch what they miss.
 */
export interface LiveUpdates {
  /** To everybody in the channel. Called in ascending order of seq within a channel; again for a retry. */
  appended(entry: Entry): void;
  /**
   * Lets the gateways know of a change of membership that another process wrote, before anything that follows it is
   * told by this one.
   */
  membershipSeen(entry: Entry & MembershipContent): void;
  /** To the person's own devices: they are in, or are in again. */
  joined(view: ChannelView): void;
  /** To the person's own devices: how far they have read, and how many messages that are. */
  marksRaised(mark: { channelId: string; userId: string; readSeq: number; readCount: number }): void;
}
