import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { Entry } from '../../../services/chat/src/core/domain/entry.ts';
import { placed, unplaced } from '../../../services/chat/src/core/domain/message.ts';
import { operations } from '../../../services/chat/src/core/domain/operation.ts';
import { channelsIn, entriesIn } from '../../../services/chat/src/infrastructure/mongo/documents.ts';
import { toDocument } from '../../../services/chat/src/infrastructure/mongo/entry-mapping.ts';

const DATABASE = 'chat';
const BATCH = 2000;

export interface LongPast {
  readonly channelIds: readonly string[];
  readonly senderIds: readonly string[];
  readonly messagesEach: number;
  readonly text: string;
  readonly report: (written: number) => void;
  readonly interrupted: AbortSignal;
}

/** Gives channels a past that would take the front door an hour: written as the chat service writes, but in bulk. */
export async function writeLongPast(mongodbUrl: string, past: LongPast): Promise<void> {
  const client = await MongoClient.connect(mongodbUrl);
  try {
    const db = client.db(DATABASE);
    for (const [done, channelId] of past.channelIds.entries()) {
      const channel = await channelsIn(db).findOne({ _id: channelId });
      if (channel === null) throw new Error(`there is no channel ${channelId}`);
      const { lastSeq, messageCount } = channel;
      for (let from = 0; from < past.messagesEach; from += BATCH) {
        past.interrupted.throwIfAborted();
        const length = Math.min(BATCH, past.messagesEach - from);
        const entries = Array.from({ length }, (_, index) =>
          messageEntry(past, channelId, lastSeq + from + index + 1, messageCount + from + index + 1),
        );
        await entriesIn(db).insertMany(entries.map(toDocument), { ordered: false });
      }
      const end = { lastSeq: lastSeq + past.messagesEach, messageCount: messageCount + past.messagesEach };
      await channelsIn(db).updateOne({ _id: channelId }, { $set: end });
      past.report((done + 1) * past.messagesEach);
    }
  } finally {
    await client.close();
  }
}

function messageEntry(past: LongPast, channelId: string, seq: number, messageCount: number): Entry {
  const senderId = past.senderIds[seq % past.senderIds.length] ?? '';
  const clientMessageId = randomUUID();
  const place = { id: `${channelId}:${seq}`, seq, messageCount, at: new Date(seq * 1000) };
  const draft = {
    channelId,
    senderId,
    clientMessageId,
    text: past.text,
    attachments: [],
    mentions: [],
    replyTo: null,
  };
  return {
    ...place,
    channelId,
    actorId: senderId,
    operation: operations.send(senderId, clientMessageId),
    type: 'message',
    message: placed(unplaced(draft), place),
  };
}
