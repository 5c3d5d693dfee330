import type { Entry, OutgoingEntry } from '../domain/entry.ts';
import type { Message } from '../domain/message.ts';

/**
 * The durable streams of all channels.
 *
 * Reads see majority-committed entries only: a place that is read as taken stays taken whatever node fails, which is
 * what lets a writer build on it. A message is read as it stands, its later changes applied as far as they are
 * projected. Every method throws an `unavailable` DomainError when the store cannot answer; after `append` has
 * thrown, any prefix of the group may or may not be stored.
 */
export interface EntryLog {
  /**
   * Stores the entries, with the events they cause, in the order given, and stops at the first that is refused
   * because its place or its operation is taken. Those before the refused one are stored, those after it are not, so
   * a refusal never leaves a hole. Resolves after a majority holds the write.
   * @returns how many were stored; fewer than given means that the next one was refused
   */
  append(entries: readonly OutgoingEntry[]): Promise<number>;
  /** The entries of these operations, in whatever channels; those that were never done are absent. */
  findByOperations(operations: readonly string[]): Promise<Entry[]>;
  /** Which of these entry ids exist. */
  existing(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** The entries with these ids, ascending by seq within a channel. */
  read(ids: readonly string[]): Promise<Entry[]>;
  /** The messages of a channel with these numbers, ascending. */
  readMessages(channelId: string, numbers: readonly number[]): Promise<Message[]>;
  /** The channels with a message that this medium is attached to; a deleted message has no attachments. */
  channelsWithMedium(mediaId: string): Promise<string[]>;
  /** Which of these media a message has that is not deleted. */
  attachedMedia(mediaIds: readonly string[]): Promise<ReadonlySet<string>>;
}
