import type { ReadResult, SyncResult } from '@chatplatform/contracts/frames/socket';
import type { Channel, Message, SendMessageRequest } from '@chatplatform/contracts/http/chat';

/**
 * The chat service, asked in the name of a person: it decides what they may. Every method rejects with a
 * `ChatRefusal` that carries the service's own problem, or with DomainError `unavailable` when it gave no answer.
 */
export interface Chat {
  channels(token: string): Promise<Channel[]>;
  send(token: string, channelId: string, message: SendMessageRequest): Promise<Message>;
  markRead(token: string, channelId: string, seq: number): Promise<ReadResult>;
  /** What follows `afterSeq`, `limit` messages at most. */
  sync(token: string, channelId: string, page: { afterSeq: number; limit: number }): Promise<SyncResult>;
}
