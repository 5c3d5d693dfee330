import { conflict, invalid } from '@chatplatform/kit/errors';
import type { ChannelState } from '../domain/channel-state.ts';
import { entryId } from '../domain/entry.ts';
import type { EntryOf } from '../domain/entry.ts';
import type { Standing } from '../domain/membership.ts';
import type { Message } from '../domain/message.ts';
import { operations } from '../domain/operation.ts';
import { mayDelete, mayEdit, mayReact } from '../domain/policy.ts';
import { actorIn, messageNotFound, refuseUnless } from '../domain/refusals.ts';
import { perform } from './perform.ts';
import type { Performed } from './perform.ts';
import type { Appender } from './append/create-appender.ts';

export interface ChangeMessageDeps {
  readonly appender: Pick<Appender, 'append'>;
}

interface Target {
  readonly channelId: string;
  readonly actorId: string;
  readonly messageSeq: number;
  readonly traceparent?: string | undefined;
}

export interface EditMessageProps extends Target {
  readonly clientOperationId: string;
  readonly text: string;
  readonly mentions: readonly string[];
}

/** People who react to one message with different signs at most, so that it stays small enough to be read with others. */
const MAX_REACTIONS = 1000;

/**
 * Gives one's message another text; the earlier ones stay in its history.
 * @throws DomainError `not-found`, `forbidden`, `conflict` when the message is deleted
 */
export async function editMessage(
  deps: ChangeMessageDeps,
  { clientOperationId, text, mentions, ...target }: EditMessageProps,
): Promise<Performed<EntryOf<'message-edited'>>> {
  const { messageSeq } = target;
  const done = await perform(
    deps,
    draftOf(target, operations.change(target.actorId, clientOperationId), (state, actor, message) => {
      refuseUnless(
        mayEdit(state.channel, actor, message),
        state,
        'message.not-yours',
        'Only its sender may edit it.',
      );
      if (message.deletedAt) throw deleted();
      if (text.trim() === '' && message.attachments.length === 0) throw empty();
      return { type: 'message-edited', messageSeq, text, mentions };
    }),
    (entry): entry is EntryOf<'message-edited'> =>
      entry.type === 'message-edited' && entry.messageSeq === messageSeq,
  );
  if (!done) throw new Error('an edit that changed nothing');
  return done;
}

/**
 * Takes a message back, or away: a tombstone stays in its place. Again is the same.
 * @throws DomainError `not-found`, `forbidden`
 */
export async function deleteMessage(
  deps: ChangeMessageDeps,
  target: Target,
): Promise<Performed<EntryOf<'message-deleted'>>> {
  const { channelId, messageSeq } = target;
  const done = await perform(
    deps,
    draftOf(target, operations.remove(entryId(channelId, messageSeq)), (state, actor, message) => {
      refuseUnless(
        mayDelete(state.channel, actor, message),
        state,
        'message.not-yours',
        'Only its sender, or who leads the channel, may delete it.',
      );
      return message.deletedAt ? undefined : { type: 'message-deleted', messageSeq };
    }),
    (entry): entry is EntryOf<'message-deleted'> =>
      entry.type === 'message-deleted' && entry.messageSeq === messageSeq,
  );
  if (!done) throw new Error('a deleted message without its deletion');
  return done;
}

export interface ReactProps extends Target {
  readonly clientOperationId: string;
  readonly emoji: string;
  /** false: takes the reaction back. */
  readonly added: boolean;
}

/**
 * Adds a reaction, or takes it back.
 * @returns null when it is so already
 * @throws DomainError `not-found`, `forbidden`, `conflict` when the message is deleted
 */
export function reactToMessage(
  deps: ChangeMessageDeps,
  { clientOperationId, emoji, added, ...target }: ReactProps,
): Promise<Performed<EntryOf<'reaction-added' | 'reaction-removed'>> | null> {
  const { actorId, messageSeq } = target;
  const type = added ? 'reaction-added' : 'reaction-removed';
  return perform(
    deps,
    draftOf(target, operations.change(actorId, clientOperationId), (state, actor, message) => {
      refuseUnless(
        mayReact(state.channel, actor),
        state,
        'channel.read-only',
        'You may only read this channel.',
      );
      if (message.deletedAt) throw deleted();
      const has = message.reactions.some((one) => one.emoji === emoji && one.userId === actorId);
      if (has === added) return undefined;
      if (added && message.reactions.length >= MAX_REACTIONS) throw tooManyReactions();
      return { type, messageSeq, emoji };
    }),
    (entry): entry is EntryOf<'reaction-added' | 'reaction-removed'> =>
      entry.type === type && entry.messageSeq === messageSeq && entry.emoji === emoji,
  );
}

function draftOf<C>(
  { channelId, actorId, messageSeq, traceparent }: Target,
  operation: string,
  decide: (state: ChannelState, actor: Standing, message: Message) => C,
) {
  return {
    channelId,
    actorId,
    operation,
    concerns: [actorId],
    messages: [messageSeq],
    traceparent,
    decide: (state: ChannelState): C => {
      const actor = actorIn(state, actorId);
      const message = state.messages.get(messageSeq);
      if (!message) throw messageNotFound();
      return decide(state, actor, message);
    },
  };
}

const deleted = (): Error => conflict('message.deleted', 'The message is deleted.');

const empty = (): Error =>
  invalid('message.empty', 'A message needs a text or an attachment.', [
    { field: 'text', message: 'write a text, or delete the message' },
  ]);

const tooManyReactions = (): Error =>
  conflict('message.too-many-reactions', `A message holds ${MAX_REACTIONS} reactions at most.`);
