import { decodeEvent } from '@chatplatform/contracts/events/decode';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Fact } from '../core/domain/fact.ts';

/** What an event says to analytics; null when nothing. @throws ZodError when its data is not what its type promises */
export function factOf(event: CloudEvent): Fact | null {
  const known = decodeEvent(event);
  const fact = (metric: Fact['metric'], at: string, senderId: string | null = null): Fact => ({
    eventId: event.id,
    metric,
    at: new Date(at),
    senderId,
  });
  switch (known.type) {
    case 'user.registered.v1':
      return fact('registrations', known.data.registeredAt);
    case 'chat.channel.created.v1':
      return fact('channels', known.data.createdAt);
    case 'chat.message.created.v1':
      return fact('messages', known.data.createdAt, known.data.senderId);
    case 'media.uploaded.v1':
      return fact('uploads', known.time);
    case 'notification.delivered.v1':
      return fact('notifications', known.time);
    default:
      return null;
  }
}
