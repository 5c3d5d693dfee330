import type { EventData } from '@chatplatform/contracts/events/catalogue';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Account } from './account.ts';

/** Tells the other services that there is a new person. */
export function registeredEvent(account: Account, eventId: string): CloudEvent {
  const at = account.createdAt.toISOString();
  const data: EventData<'user.registered.v1'> = {
    userId: account.id,
    email: account.email,
    username: account.username,
    displayName: account.displayName,
    registeredAt: at,
  };
  return {
    specversion: '1.0',
    id: eventId,
    source: '/services/auth',
    type: 'user.registered.v1',
    subject: account.id,
    time: at,
    datacontenttype: 'application/json',
    data,
  };
}
