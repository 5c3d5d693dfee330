import { isDuplicateKey } from '@chatplatform/kit/mongo';
import type { OutboxEntry } from '@chatplatform/kit/mongo';
import { runWithTraceparent } from '@chatplatform/kit/telemetry';
import type { Db } from 'mongodb';
import { MongoBulkWriteError } from 'mongodb';
import { messageCreated } from '../../core/domain/events.ts';
import type { Message, OutgoingMessage } from '../../core/domain/message.ts';
import type { MessageLog } from '../../core/ports/message-log.ts';
import { messagesIn } from './documents.ts';
import type { MessageDocument } from './documents.ts';
import { entriesOf, envelopeOf, heldBy } from './event-holder.ts';
import type { EventKeeping } from './event-holder.ts';
import { onStore, storeUnavailable } from './store-failure.ts';

type StoredDocument = MessageDocument & { outbox: [OutboxEntry] };

const toMessage = ({ _id, outbox: _outbox, ...content }: MessageDocument): Message => ({
  id: _id,
  ...content,
});

export function createMessageLog(db: Db, events: EventKeeping): MessageLog {
  const messages = messagesIn(db);

  const toDocument = ({ message, traceparent }: OutgoingMessage): StoredDocument => {
    const { id, attachments, mentions, ...content } = message;
    // The group holds messages of many requests: each event continues the trace of its own.
    const event = runWithTraceparent(traceparent, () =>
      envelopeOf(messageCreated(message), message.createdAt),
    );
    const [entry] = entriesOf(event);
    if (!entry) throw new Error('a message without its event');
    return {
      _id: id,
      ...content,
      attachments: attachments.map(({ mediaId }) => ({ mediaId })),
      mentions: [...mentions],
      outbox: [entry],
    };
  };

  const insert = async (documents: readonly StoredDocument[]): Promise<number> => {
    try {
      await messages.insertMany(documents, { ordered: true, writeConcern: { w: 'majority' } });
      return documents.length;
    } catch (error) {
      return storedBeforeRefusal(error);
    }
  };

  return {
    async append(outgoing) {
      const documents = outgoing.map(toDocument);
      const stored = await onStore(() => insert(documents));
      events.nudge(
        documents
          .slice(0, stored)
          .map(({ _id, outbox: [{ event }] }) => heldBy(event, messages.collectionName, _id)),
      );
      return stored;
    },
    async findFirst(senderId, clientMessageId) {
      const found = await onStore(() => messages.findOne({ senderId, clientMessageId }));
      return found === null ? undefined : toMessage(found);
    },
    async existing(ids) {
      const found = await onStore(() =>
        messages
          .find({ _id: { $in: [...ids] } })
          .project<{ _id: string }>({ _id: 1 })
          .toArray(),
      );
      return new Set(found.map(({ _id }) => _id));
    },
    async read(ids) {
      const found = await onStore(() =>
        messages
          .find({ _id: { $in: [...ids] } })
          .project<MessageDocument>({ outbox: 0 })
          .toArray(),
      );
      return found.map(toMessage).toSorted((a, b) => a.seq - b.seq);
    },
  };
}

/**
 * How many documents of an ordered insert went in before the first duplicate. A majority that did not confirm, with or
 * without a duplicate beside it, leaves the outcome unknown.
 */
function storedBeforeRefusal(error: unknown): number {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  if (error.result.getWriteConcernError() !== undefined) throw storeUnavailable(error);
  const [first] = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  if (!isDuplicateKey(error) || !first) throw error;
  return first.index;
}
