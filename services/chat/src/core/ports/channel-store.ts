import type { Channel } from '../domain/channel.ts';
import type { ChatEvent } from '../domain/events.ts';

/** The channels themselves. Every method throws an `unavailable` DomainError when the store cannot answer. */
export interface ChannelStore {
  /**
   * Stores the channel and the event in one atomic write.
   * @returns false when its id or its direct key is taken: it is there already
   */
  insert(channel: Channel, event: ChatEvent): Promise<boolean>;
  find(channelId: string): Promise<Channel | undefined>;
  findMany(channelIds: readonly string[]): Promise<Channel[]>;
  findDirect(directKey: string): Promise<Channel | undefined>;
  /** Public channels whose name starts with the prefix, whatever the case, in name order. */
  findPublic(namePrefix: string, limit: number): Promise<Channel[]>;
  /** Channels whose creation was begun before this moment and is not complete. */
  findIncomplete(begunBefore: Date): Promise<Channel[]>;
  markComplete(channelId: string): Promise<void>;
  /** The gateways know of these by now. */
  forgetUntoldMoves(channelId: string, entryIds: readonly string[]): Promise<void>;
  /** A writer lost a place to another. */
  countContention(channelId: string): Promise<void>;
}
