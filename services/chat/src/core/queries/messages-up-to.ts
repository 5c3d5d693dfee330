import type { Channel } from '../domain/channel.ts';
import { entryId } from '../domain/entry.ts';
import type { EntryLog } from '../ports/entry-log.ts';

/** How many messages a channel has up to and including this place. */
export async function messagesUpTo(
  log: Pick<EntryLog, 'read'>,
  channel: Pick<Channel, 'id' | 'lastSeq' | 'messageCount'>,
  seq: number,
): Promise<number> {
  if (seq <= 0) return 0;
  if (seq >= channel.lastSeq) return channel.messageCount;
  const [entry] = await log.read([entryId(channel.id, seq)]);
  if (!entry) throw new Error(`channel ${channel.id}: no entry at ${seq} of ${channel.lastSeq}`);
  return entry.messageCount;
}
