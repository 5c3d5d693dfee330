import type { ClientFrame, ClientFrameName, ClientFrameResults } from '@chatplatform/contracts/frames/socket';
import type { Channel } from '@chatplatform/contracts/http/chat';

/** Every frame but those that the gateway answers itself. */
export type ChatFrameName = Exclude<
  ClientFrameName,
  'typing:set' | 'presence:set' | 'presence:list' | 'token:renew'
>;

/**
 * The chat service, asked in the name of a person: it decides what they may. Every method rejects with a
 * `ChatRefusal` that carries the service's own problem, or with DomainError `unavailable` when it gave no answer.
 */
export interface Chat {
  channels(token: string): Promise<Channel[]>;
  /** Refuses whoever is no member. */
  channel(token: string, channelId: string): Promise<Channel>;
  /** What the frame asks for. */
  ask<F extends ChatFrameName>(token: string, name: F, frame: ClientFrame<F>): Promise<ClientFrameResults[F]>;
  memberIds(token: string, channelId: string): Promise<string[]>;
}
