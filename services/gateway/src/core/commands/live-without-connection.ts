import type { Clock } from '@chatplatform/kit/clock';
import { PersonLimit } from '../domain/person-limit.ts';
import { LIST_LIMIT, TYPING_LIMIT } from '../domain/rate-limit.ts';
import type { Audience } from '../ports/audience.ts';
import type { Chat } from '../ports/chat.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import { tooFast } from './answer-frame.ts';
import { listPresence } from './show-presence.ts';

export interface Caller {
  readonly userId: string;
  readonly token: string;
}

export interface LiveWithoutConnectionDeps {
  readonly chat: Pick<Chat, 'channel' | 'memberIds'>;
  readonly audience: Pick<Audience, 'typing'>;
  readonly presence: Pick<PresenceStore, 'shownAmong'>;
  readonly clock: Clock;
}

/** What a connection has frames for, for callers without one. Limits are those of a connection, of all of a person's calls here. */
export interface LiveWithoutConnection {
  /** @throws DomainError `rate-limited`; ChatRefusal of whoever is not in the channel */
  setTyping(caller: Caller, change: { channelId: string; typing: boolean }): Promise<void>;
  /** @throws DomainError `rate-limited`, `presence.not-shown`; ChatRefusal of whoever is not in the channel */
  listPresence(caller: Caller, channelId: string): Promise<string[]>;
}

export function liveWithoutConnection(deps: LiveWithoutConnectionDeps): LiveWithoutConnection {
  const { chat, audience, clock } = deps;
  const [typingLimit, listLimit] = [new PersonLimit(TYPING_LIMIT), new PersonLimit(LIST_LIMIT)];
  const admit = (limit: PersonLimit, { userId }: Caller): void => {
    const { allowed, retryAfterMs } = limit.take(userId, clock.now().getTime());
    if (!allowed) throw tooFast(retryAfterMs);
  };
  return {
    async setTyping(caller, { channelId, typing }) {
      admit(typingLimit, caller);
      await chat.channel(caller.token, channelId);
      audience.typing(null, { channelId, userId: caller.userId, typing });
    },
    async listPresence(caller, channelId) {
      admit(listLimit, caller);
      return listPresence(deps, caller, channelId);
    },
  };
}
