import { conflict } from '@chatplatform/kit/errors';
import type { Message, MessageDraft } from '../domain/message.ts';
import type { LiveUpdates } from '../ports/live-updates.ts';
import type { MembershipStore } from '../ports/membership-store.ts';
import type { MessageLog } from '../ports/message-log.ts';
import { channelNotFound } from '../queries/require-access.ts';
import type { Appended } from './append/channel-writer.ts';
import type { MessageAppender } from './append/channel-writers.ts';

export interface SendMessageDeps {
  readonly memberships: Pick<MembershipStore, 'find'>;
  readonly log: Pick<MessageLog, 'findFirst'>;
  readonly appender: MessageAppender;
  readonly live: Pick<LiveUpdates, 'messageCreated'>;
}

/**
 * Says something in a channel. Resolves once it is durable; the same (sender, client message id) gives the first
 * result for ever.
 * @throws DomainError `not-found` for a channel one is not in
 * @throws DomainError `conflict` when the client message id belongs to a message in another channel
 * @throws DomainError `unavailable`, `rate-limited`: retry with the same client message id
 */
export async function sendMessage(deps: SendMessageDeps, draft: MessageDraft): Promise<Appended> {
  const membership = await deps.memberships.find(draft.channelId, draft.senderId);
  const appended = membership?.active
    ? await deps.appender.append(draft)
    : await resultOfFormerMember(deps, draft);
  if (appended.message.channelId !== draft.channelId) throw idBelongsElsewhere();
  // The first attempt may have died between its write and telling the others; they drop what they have already.
  if (appended.repeated) deps.live.messageCreated(appended.message);
  return appended;
}

/** Whoever was removed after a send whose answer was lost still learns that it was sent. */
async function resultOfFormerMember(deps: SendMessageDeps, draft: MessageDraft): Promise<Appended> {
  const first: Message | undefined = await deps.log.findFirst(draft.senderId, draft.clientMessageId);
  if (first?.channelId !== draft.channelId) throw channelNotFound();
  return { message: first, repeated: true };
}

const idBelongsElsewhere = (): Error =>
  conflict('message.client-id-reused', 'This client message id was used in another channel.', [
    { field: 'clientMessageId', message: 'make a new id for each message' },
  ]);
