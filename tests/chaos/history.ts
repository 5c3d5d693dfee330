/** What a run left behind: what everybody said and heard, and what is stored. Plain values, compared by the checker. */
export interface History {
  readonly channels: readonly StoredChannel[];
  readonly devices: readonly Device[];
  /** Everything that anybody ever wanted to say, of each sender and channel in the order it was said. */
  readonly said: readonly Said[];
  /** Everything that anybody wanted to change of what was said. */
  readonly changes: readonly Change[];
  /** How often the event of a message had its effect at a consumer, by message id. */
  readonly effects: ReadonlyMap<string, number>;
}

/** What a message looks like to whoever sees it now. */
export interface Look {
  readonly text: string;
  readonly deleted: boolean;
  /** `<emoji> <user id>`, sorted. */
  readonly reactions: readonly string[];
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
  readonly messages: readonly (StoredMessage & Look)[];
  /** Of its stream, ascending: who came and went, and what was changed. */
  readonly entries: readonly StoredEntry[];
  /** Who is in it. */
  readonly memberIds: readonly string[];
  /** The last place of its whole stream: messages and what else happened. */
  readonly lastSeq: number;
  /** What the server says of each member's reading, by user id. */
  readonly reading: ReadonlyMap<string, Reading>;
}

export interface StoredEntry {
  readonly seq: number;
  /** When it was decided, a moment before it was stored, in ms. */
  readonly atMs: number;
  readonly type: string;
  /** Of changes of membership. */
  readonly userId?: string;
  /** Of changes of messages. */
  readonly messageSeq?: number;
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
  /** The platform would not take it: the sender was not in the channel. */
  readonly refused?: true;
}

export interface Change {
  readonly channelId: string;
  readonly messageSeq: number;
  /** Of an edit. */
  readonly text?: string;
  /** The type of the entry it makes. */
  readonly type: string;
  /** Its place, once the platform has answered. */
  readonly acknowledged?: number;
}

/** Something that happened in a channel and was sent to a device unasked. */
export interface Received {
  readonly channelId: string;
  readonly seq: number;
  /** When it came, in ms. */
  readonly atMs: number;
}

/** One connection's view of one channel. */
export interface Device {
  readonly name: string;
  readonly userId: string;
  readonly channelId: string;
  /** Messages in the order the program was told of them. */
  readonly heard: readonly StoredMessage[];
  /** Everything that was sent to it unasked, as it came. */
  readonly received: readonly Received[];
  /** What the channel looks like on it, by message id; undefined when it does not know of the channel. */
  readonly looks: ReadonlyMap<string, Look> | undefined;
  readonly reading: Reading;
}
