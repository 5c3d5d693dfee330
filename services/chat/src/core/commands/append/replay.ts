import type { Entry } from '../../domain/entry.ts';

/** What the stream of a channel says, by the plainest means there are: to check cleverer ones against. */
const upTo = (entries: readonly Entry[], seq: number): Entry[] => entries.filter((entry) => entry.seq <= seq);

/** Whether the person is in the channel after the entry at `seq`, who were in it from the start. */
export function isMember(
  entries: readonly Entry[],
  userId: string,
  seq: number,
  first: readonly string[],
): boolean {
  const change = upTo(entries, seq).findLast(
    (entry) => (entry.type === 'member-added' || entry.type === 'member-removed') && entry.userId === userId,
  );
  return change ? change.type === 'member-added' : first.includes(userId);
}

export const isArchived = (entries: readonly Entry[], seq: number): boolean =>
  upTo(entries, seq).findLast(({ type }) => type === 'archived' || type === 'unarchived')?.type ===
  'archived';

export const isDeleted = (entries: readonly Entry[], messageSeq: number, seq: number): boolean =>
  upTo(entries, seq).some((entry) => entry.type === 'message-deleted' && entry.messageSeq === messageSeq);

/** The text and mentions of the message at a place, and who reacted to it. */
export function messageAt(entries: readonly Entry[], messageSeq: number) {
  const said = entries.find(({ seq }) => seq === messageSeq);
  if (said?.type !== 'message') throw new Error(`no message at ${messageSeq}`);
  if (isDeleted(entries, messageSeq, Infinity)) return { text: '', mentions: [], reactions: [] };
  const edit = entries.findLast(
    (entry) => entry.type === 'message-edited' && entry.messageSeq === messageSeq,
  );
  const { text, mentions } = edit?.type === 'message-edited' ? edit : said.message;
  return { text, mentions, reactions: reactingTo(entries, messageSeq) };
}

function reactingTo(entries: readonly Entry[], messageSeq: number): string[] {
  const people = new Set<string>();
  for (const entry of entries) {
    if (!('emoji' in entry) || entry.messageSeq !== messageSeq) continue;
    if (entry.type === 'reaction-added') people.add(entry.actorId ?? '');
    else people.delete(entry.actorId ?? '');
  }
  return [...people].toSorted();
}

export function readMarkOf(entries: readonly Entry[], userId: string): number {
  const marks = entries.flatMap((entry) => {
    if (entry.type === 'message' && entry.actorId === userId) return [entry.seq];
    if (entry.type === 'member-added' && entry.userId === userId) return [entry.seq];
    if (entry.type !== 'receipts') return [];
    return entry.receipts.flatMap((receipt) => (receipt.userId === userId ? [receipt.readSeq] : []));
  });
  return Math.max(0, ...marks);
}

/** Places of messages that are not read yet; and of those, the ones that mention the person. */
export function unreadOf(entries: readonly Entry[], userId: string) {
  const readSeq = readMarkOf(entries, userId);
  const unread = entries.flatMap(({ type, seq }) => (type === 'message' && seq > readSeq ? [seq] : []));
  return {
    readSeq,
    unread: unread.length,
    mentions: unread.filter((seq) => messageAt(entries, seq).mentions.includes(userId)),
  };
}
