import type { ChannelView } from '../domain/channel.ts';
import type { Message } from '../domain/message.ts';

/**
 * Telling connected clients at once. Best effort by design: none of these fails or waits, because what they tell
 * is durable already and clients fetch what they miss.
 */
export interface LiveUpdates {
  /** Called in ascending order of seq within a channel. */
  messageCreated(message: Message): void;
  memberJoined(view: ChannelView): void;
  memberLeft(channelId: string, userId: string): void;
  /** `shared`: the other members are told too, not only the person's own devices. */
  readMarkAdvanced(mark: { channelId: string; userId: string; seq: number }, shared: boolean): void;
}
