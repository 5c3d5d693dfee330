import type { Message, OutgoingMessage } from '../domain/message.ts';

/**
 * The durable, append-only messages of all channels.
 *
 * Reads see majority-committed messages only: a place that is read as taken stays taken whatever node fails,
 * which is what lets a writer build on it. Every method throws an `unavailable` DomainError when the store
 * cannot answer; after `append` has thrown, any prefix of the group may or may not be stored.
 */
export interface MessageLog {
  /**
   * Stores the messages, with the events they cause, in the order given, and stops at the first that is refused
   * because its place or its (sender, client message id) is taken. Those before the refused one are stored, those
   * after it are not, so a refusal never leaves a hole. Resolves after a majority holds the write.
   * @returns how many were stored; fewer than given means that the next one was refused
   */
  append(messages: readonly OutgoingMessage[]): Promise<number>;
  /** The message this sender stored under this client message id, in whatever channel. */
  findFirst(senderId: string, clientMessageId: string): Promise<Message | undefined>;
  /** Which of these message ids exist. */
  existing(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** The messages with these ids, ascending by seq. */
  read(ids: readonly string[]): Promise<Message[]>;
}
