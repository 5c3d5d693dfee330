/** One connection's state; small, for there are many. */
export interface Session {
  readonly socketId: string;
  readonly userId: string;
  readonly sessionId: string;
  /** The access token that requests to the chat service carry. */
  token: string;
  /** When the token ends, in ms. */
  expiresAt: number;
  /** Rate limits: when each bucket is full again, in ms. */
  framesFullAt: number;
  typingFullAt: number;
  /** Frames whose answer is awaited. */
  inFlight: number;
  /** When the presence entry is to be renewed, in ms. */
  presenceDueAt: number;
  /** Channels whose members see this person come and go. */
  presenceChannels: readonly string[];
}
