import { eventCatalogue } from '@chatplatform/contracts/events/catalogue';
import type { EventData } from '@chatplatform/contracts/events/catalogue';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { subscriptions } from '@chatplatform/contracts/events/subscriptions';
import type { Fact } from '../core/domain/fact.ts';

type Subscribed = (typeof subscriptions.analytics)[number];
type Details = Omit<Fact, 'eventId'>;
type Readers = { readonly [T in Subscribed]: (data: EventData<T>, event: CloudEvent) => Details };

const at = (event: CloudEvent): Date => new Date(event.time);

const readers: Readers = {
  'user.registered.v1': (data) => ({
    metric: 'registrations',
    at: new Date(data.registeredAt),
    senderId: null,
  }),
  'chat.channel.created.v1': (data) => ({ metric: 'channels', at: new Date(data.createdAt), senderId: null }),
  'chat.message.created.v1': ({ createdAt, senderId }) => ({
    metric: 'messages',
    at: new Date(createdAt),
    senderId,
  }),
  'media.uploaded.v1': (_data, event) => ({ metric: 'uploads', at: at(event), senderId: null }),
  'notification.delivered.v1': (_data, event) => ({ metric: 'notifications', at: at(event), senderId: null }),
};

function isSubscribed(type: string): type is Subscribed {
  return Object.hasOwn(readers, type);
}

function read<T extends Subscribed>(type: T, event: CloudEvent): Details {
  // The catalogue's entry for T yields EventData<T>; TypeScript cannot correlate the two through the lookup.
  return readers[type](eventCatalogue[type].parse(event.data) as EventData<T>, event);
}

/** What an event says to analytics; null when nothing. @throws ZodError when its data is not what its type promises */
export function factOf(event: CloudEvent): Fact | null {
  return isSubscribed(event.type) ? { eventId: event.id, ...read(event.type, event) } : null;
}
