import { forbidden } from '@chatplatform/kit/errors';
import type { Session } from '../domain/session.ts';
import type { Audience } from '../ports/audience.ts';
import type { Chat } from '../ports/chat.ts';
import type { PresenceStore, Shown } from '../ports/presence-store.ts';

export interface ShowPresenceDeps {
  readonly presence: Pick<PresenceStore, 'put' | 'remove' | 'shownAmong'>;
  readonly audience: Pick<Audience, 'presence'>;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** A page that is reloaded, or a gateway that is replaced, is not a person who went away. */
const GRACE_MS = 5_000;

function tell({ audience }: Pick<ShowPresenceDeps, 'audience'>, session: Session, shown: Shown): void {
  if (shown.before === shown.after) return;
  audience.presence(session.presenceChannels, { userId: session.userId, online: shown.after });
}

export async function showArrival(deps: ShowPresenceDeps, session: Session): Promise<void> {
  tell(deps, session, await deps.presence.put(session));
}

export async function showDeparture(deps: ShowPresenceDeps, session: Session): Promise<void> {
  const { userId } = session;
  const shown = await deps.presence.remove(session);
  if (shown.before && !shown.after) {
    await deps.pause(GRACE_MS);
    const after = (await deps.presence.shownAmong([userId])).has(userId);
    tell(deps, session, { before: true, after });
  } else tell(deps, session, shown);
}

/** The person wants to be seen, or not, from now on; at once, for whoever hides does not want to be seen leaving. */
export async function changeVisibility(
  deps: Pick<ShowPresenceDeps, 'presence' | 'audience'>,
  session: Session,
  visible: boolean,
): Promise<void> {
  session.hidden = !visible;
  tell(deps, session, await deps.presence.put(session));
}

/** In larger channels who is there is noise; the same bound as for `presence:changed`. */
const LARGEST_LIST = 100;

/**
 * Who of a channel is seen to be there.
 * @throws DomainError `presence.not-shown` (forbidden); whatever the chat service says to somebody who is no member
 */
export async function listPresence(
  { chat, presence }: { chat: Pick<Chat, 'memberIds'>; presence: Pick<PresenceStore, 'shownAmong'> },
  { token }: Pick<Session, 'token'>,
  channelId: string,
): Promise<string[]> {
  const memberIds = await chat.memberIds(token, channelId);
  if (memberIds.length > LARGEST_LIST)
    throw forbidden('presence.not-shown', `Presence is shown in channels of at most ${LARGEST_LIST} people.`);
  return [...(await presence.shownAmong(memberIds))];
}
