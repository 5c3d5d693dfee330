import type { Session } from '../domain/session.ts';
import type { Audience } from '../ports/audience.ts';
import type { PresenceStore } from '../ports/presence-store.ts';

export interface ShowPresenceDeps {
  readonly presence: Pick<PresenceStore, 'add' | 'remove' | 'onlineAmong'>;
  readonly audience: Pick<Audience, 'presence'>;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** A page that is reloaded, or a gateway that is replaced, is not a person who went away. */
const GRACE_MS = 5_000;

export async function showArrival({ presence, audience }: ShowPresenceDeps, session: Session): Promise<void> {
  const { userId } = session;
  if (await presence.add(session)) audience.presence(session.presenceChannels, { userId, online: true });
}

export async function showDeparture(deps: ShowPresenceDeps, session: Session): Promise<void> {
  const { userId } = session;
  if (!(await deps.presence.remove(session))) return;
  await deps.pause(GRACE_MS);
  const online = await deps.presence.onlineAmong([userId]);
  if (!online.has(userId)) deps.audience.presence(session.presenceChannels, { userId, online: false });
}
