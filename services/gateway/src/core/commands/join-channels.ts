import type { MembershipChange, MembershipChanges } from '../domain/membership-changes.ts';
import { presenceAudience } from '../domain/presence.ts';
import type { Session } from '../domain/session.ts';
import type { Chat } from '../ports/chat.ts';
import type { Rooms } from '../ports/rooms.ts';

export interface JoinChannelsDeps {
  readonly chat: Pick<Chat, 'channels'>;
  readonly changes: MembershipChanges;
  readonly rooms: Rooms;
}

/**
 * Puts the connection into the rooms of the channels its person is in, and no others; for a new connection, and again
 * whenever changes may have been missed.
 */
export async function joinChannels(
  { chat, changes, rooms }: JoinChannelsDeps,
  session: Session,
): Promise<void> {
  const reading = changes.beginReading(session.userId);
  try {
    const channels = await chat.channels(session.token);
    // Nothing may be awaited between these two: a change in between would be lost.
    const current = reading.settle(channels.map(({ id }) => id));
    rooms.setChannels(session.socketId, current);
    session.presenceChannels = presenceAudience(channels.filter(({ id }) => current.includes(id)));
  } finally {
    reading.end();
  }
}

export function changeMembership(
  { changes, rooms }: Pick<JoinChannelsDeps, 'changes' | 'rooms'>,
  change: MembershipChange,
): void {
  if (!changes.note(change)) return;
  const { userId, channelId, member } = change;
  if (member) rooms.addToChannel(userId, channelId);
  else rooms.removeFromChannel(userId, channelId);
}
