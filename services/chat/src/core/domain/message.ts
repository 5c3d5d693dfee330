/** A message that has its place: `id` is `<channelId>:<seq>`, and `seq` is dense within the channel. */
export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly seq: number;
  readonly senderId: string;
  /** Made by the client once a message; with `senderId` it names the message for ever. */
  readonly clientMessageId: string;
  readonly text: string;
  readonly attachments: readonly { readonly mediaId: string }[];
  readonly mentions: readonly string[];
  readonly createdAt: Date;
}

/** What a sender wants said, before it has a place. */
export type MessageDraft = Pick<
  Message,
  'channelId' | 'senderId' | 'clientMessageId' | 'text' | 'attachments' | 'mentions'
> & {
  /** W3C trace context of the request; it travels with the event. */
  readonly traceparent?: string | undefined;
};

/** A message about to be stored, with the trace context its event will carry. */
export interface OutgoingMessage {
  readonly message: Message;
  readonly traceparent?: string | undefined;
}

export const messageId = (channelId: string, seq: number): string => `${channelId}:${seq}`;

/** Inclusive range of seqs; empty when `first > last`. */
export function idsBetween(channelId: string, first: number, last: number): string[] {
  const ids: string[] = [];
  for (let seq = first; seq <= last; seq += 1) ids.push(messageId(channelId, seq));
  return ids;
}

export function place(draft: MessageDraft, seq: number, createdAt: Date): OutgoingMessage {
  const { traceparent, ...content } = draft;
  return { message: { ...content, id: messageId(draft.channelId, seq), seq, createdAt }, traceparent };
}
