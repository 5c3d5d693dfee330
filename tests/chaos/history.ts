/** What a run left behind: what everybody said and heard, and what is stored. Plain values, compared by the checker. */
export interface History {
  readonly channels: readonly StoredChannel[];
  readonly devices: readonly Device[];
  /** Everything that anybody ever wanted to say, of each sender and channel in the order it was said. */
  readonly said: readonly Said[];
  /** How often the event of a message had its effect at a consumer, by message id. */
  readonly effects: ReadonlyMap<string, number>;
}

export interface StoredMessage {
  readonly id: string;
  readonly seq: number;
  /** Dense among the messages of the channel. */
  readonly number: number;
  readonly senderId: string;
  readonly clientMessageId: string;
  readonly text: string;
}

export interface StoredChannel {
  readonly channelId: string;
  /** Ascending by seq. */
  readonly messages: readonly StoredMessage[];
  /** The last place of its whole stream: messages and what else happened. */
  readonly lastSeq: number;
  /** What the server says of each member's reading, by user id. */
  readonly reading: ReadonlyMap<string, Reading>;
}

export interface Reading {
  readonly readSeq: number;
  readonly unreadCount: number;
}

export interface Said {
  readonly senderId: string;
  readonly channelId: string;
  readonly clientMessageId: string;
  readonly text: string;
  /** What the platform answered; undefined when no answer ever came. */
  readonly acknowledged?: { readonly id: string; readonly seq: number };
}

/** One connection's view of one channel. */
export interface Device {
  readonly name: string;
  readonly userId: string;
  readonly channelId: string;
  /** Messages in the order the program was told of them. */
  readonly heard: readonly StoredMessage[];
  readonly reading: Reading;
}
