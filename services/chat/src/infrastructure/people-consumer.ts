import { decodeEvent } from '@chatplatform/contracts/events/decode';
import { subscriptions } from '@chatplatform/contracts/events/subscriptions';
import type { CloudEvent, EventBus, Subscription } from '@chatplatform/kit/events';
import type { People } from '../core/ports/people.ts';

/**
 * Learns from events who exists. Existence is all that is kept, so every order of arrival gives the same and no inbox
 * is needed: remembering twice is remembering.
 */
export function consumePeople(
  bus: Pick<EventBus, 'consume'>,
  people: Pick<People, 'remember'>,
): Promise<Subscription> {
  const handle = async (event: CloudEvent): Promise<void> => {
    const known = decodeEvent(event);
    if (known.type === 'user.registered.v1' || known.type === 'user.profile-updated.v1') {
      await people.remember(known.data.userId);
    }
  };
  return bus.consume({ types: subscriptions.chat, handle });
}
