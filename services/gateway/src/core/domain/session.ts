import type { Person } from './people.ts';

/** One connection's state; small, for there are many. */
export interface Session {
  readonly socketId: string;
  readonly userId: string;
  readonly sessionId: string;
  /** Shared with the person's other connections to this process. */
  readonly person: Person;
  /** The access token that requests to the chat service carry. */
  token: string;
  /** When the token ends, in ms. */
  expiresAt: number;
  /** Rate limits: when each bucket is full again, in ms. */
  framesFullAt: number;
  typingFullAt: number;
  listsFullAt: number;
  /** Frames whose answer is awaited. */
  inFlight: number;
  /** Not to be seen by others. */
  hidden: boolean;
  /** When the presence entry is to be renewed, in ms. */
  presenceDueAt: number;
  /** Channels whose members see this person come and go. */
  presenceChannels: readonly string[];
}
