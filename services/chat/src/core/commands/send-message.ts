import { conflict, invalid } from '@chatplatform/kit/errors';
import type { DomainError } from '@chatplatform/kit/errors';
import type { ChannelState } from '../domain/channel-state.ts';
import { unplaced } from '../domain/message.ts';
import type { Message, MessageDraft } from '../domain/message.ts';
import { operations } from '../domain/operation.ts';
import { maySend } from '../domain/policy.ts';
import { actorIn, refuseUnless } from '../domain/refusals.ts';
import type { Appender } from './append/create-appender.ts';

export interface SendMessageDeps {
  readonly appender: Pick<Appender, 'append'>;
}

export interface SendMessageProps extends MessageDraft {
  /** W3C trace context of the request. */
  readonly traceparent?: string | undefined;
}

export interface SendMessageResult {
  readonly message: Message;
  /** This was a retry; the message is as it stands now. */
  readonly repeated: boolean;
}

/**
 * Says something in a channel. Resolves once it is durable; the same (sender, client message id) gives the first
 * result for ever, also to a sender who was removed meanwhile.
 * @throws DomainError `not-found` for a channel one is not in
 * @throws DomainError `forbidden` for a read-only member or an archived channel
 * @throws DomainError `invalid` when it answers something that is no message
 * @throws DomainError `conflict` when the client message id belongs to a message in another channel
 * @throws DomainError `unavailable`, `rate-limited`: retry with the same client message id
 */
export async function sendMessage(
  { appender }: SendMessageDeps,
  { traceparent, ...draft }: SendMessageProps,
): Promise<SendMessageResult> {
  const { channelId, senderId, replyTo } = draft;
  const { entry, repeated } = await appender.append({
    channelId,
    actorId: senderId,
    operation: operations.send(senderId, draft.clientMessageId),
    concerns: [senderId],
    messages: replyTo === null ? [] : [replyTo],
    decide: (state) => {
      refuseSender(state, senderId);
      if (replyTo !== null && !state.messages.has(replyTo)) throw answersNothing();
      return { type: 'message', message: unplaced(draft) };
    },
    traceparent,
  });
  if (entry?.type !== 'message' || entry.channelId !== channelId) throw idBelongsElsewhere();
  return { message: entry.message, repeated };
}

function refuseSender(state: ChannelState, senderId: string): void {
  const sender = actorIn(state, senderId);
  refuseUnless(maySend(state.channel, sender), state, 'channel.read-only', 'You may only read this channel.');
}

const answersNothing = (): DomainError =>
  invalid('message.reply-to-nothing', 'There is no message at the place that this one answers.', [
    { field: 'replyTo', message: 'name the seq of a message of this channel' },
  ]);

const idBelongsElsewhere = (): DomainError =>
  conflict('message.client-id-reused', 'This client message id was used in another channel.', [
    { field: 'clientMessageId', message: 'make a new id for each message' },
  ]);
