import type { Entry, EntryOf } from '../../core/domain/entry.ts';
import { numberKey } from '../../core/domain/message.ts';
import type { Message } from '../../core/domain/message.ts';
import type { EntryDocument, MessageDocument } from './documents.ts';

export function toDocument(entry: Entry): EntryDocument {
  if (entry.type === 'message') return toMessageDocument(entry);
  const { id, channelId, seq, messageCount, actorId, operation, at, ...content } = entry;
  const where = { _id: id, channelId, seq, messageCount, actorId, operation, at };
  return { ...where, type: 'change', content };
}

/** Of a message that has just got its place: nothing has changed it. */
function toMessageDocument(entry: EntryOf<'message'>): MessageDocument {
  const { id, channelId, seq, messageCount, actorId, operation, at, message } = entry;
  const { senderId, clientMessageId, text, attachments, mentions, replyTo } = message;
  return {
    _id: id,
    channelId,
    seq,
    messageCount,
    actorId,
    operation,
    at,
    type: 'message',
    numberKey: numberKey(channelId, message.number),
    content: { senderId, clientMessageId, text, attachments, mentions, replyTo },
    state: { version: seq, edits: [], reactions: [] },
  };
}

export function toEntry(document: EntryDocument): Entry {
  const { _id: id, channelId, seq, messageCount, actorId, operation, at } = document;
  const where = { id, channelId, seq, messageCount, actorId, operation, at };
  return document.type === 'message'
    ? { ...where, type: 'message', message: toMessage(document) }
    : { ...where, ...document.content };
}

function toMessage({ _id, channelId, seq, messageCount, at, content, state }: MessageDocument): Message {
  const { version, edited, edits, reactions, deletedAt } = state;
  return {
    ...content,
    id: _id,
    channelId,
    seq,
    number: messageCount,
    version,
    text: edited?.text ?? content.text,
    mentions: edited?.mentions ?? content.mentions,
    originalText: content.text,
    reactions,
    createdAt: at,
    editedAt: edited?.at ?? null,
    edits,
    deletedAt: deletedAt ?? null,
  };
}
