import type { Entry, OutgoingEntry } from '../domain/entry.ts';
import type { Message } from '../domain/message.ts';
import type { Unplaced } from '../domain/unplaced.ts';

/** What operations came to. */
export interface FirstResults {
  readonly entries: readonly Entry[];
  readonly unplaced: readonly Unplaced[];
}

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
   * because its place is taken or its operation has a first result. Those before the refused one are stored, those
   * after it are not, so a refusal never leaves a hole. Resolves after a majority holds the write.
   * @returns how many were stored; fewer than given means that the next one was refused
   */
  append(entries: readonly OutgoingEntry[]): Promise<number>;
  /** Of these operations, in whatever channels; those that were never decided are absent. */
  firstResults(operations: readonly string[]): Promise<FirstResults>;
  /**
   * Makes these the first results of their operations, for a day: longer than an attempt may wait anywhere. One that has
   * a first result is left as it is. Resolves after a majority holds the write.
   */
  keepUnplaced(unplaced: readonly Unplaced[]): Promise<void>;
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
