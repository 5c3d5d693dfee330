import type { Db } from 'mongodb';
import type { InboxStore } from './inbox.ts';

type InboxDocument = { _id: string; doneAt: Date };

const INBOX = 'inbox';
/** Far longer than a dead letter or a stopped broker keeps an event before it is delivered again. */
const KEEP_SECONDS = 90 * 24 * 3600;

export const createInboxIndex = async (db: Db): Promise<void> => {
  await db
    .collection(INBOX)
    .createIndex({ doneAt: 1 }, { name: 'inbox_expiry', expireAfterSeconds: KEEP_SECONDS });
};

/** One consumer a database, so the event's id alone is the key. */
export const mongoInbox = (db: Db): InboxStore => {
  const inbox = db.collection<InboxDocument>(INBOX);
  return {
    async isDone(eventId) {
      return (await inbox.findOne({ _id: eventId }, { projection: { _id: 1 } })) !== null;
    },
    async markDone(eventId) {
      await inbox.updateOne({ _id: eventId }, { $setOnInsert: { doneAt: new Date() } }, { upsert: true });
    },
  };
};
