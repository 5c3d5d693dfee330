import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { newEvent as makeEvent } from '@chatplatform/kit/events';
import type { Account } from './account.ts';

/** Makes an event that carries the active trace; passed in, because the kit's module loads the broker's driver. */
export type NewEvent = typeof makeEvent;

/** Tells the other services that there is a new person. */
export const registeredEvent = (account: Account, newEvent: NewEvent): CloudEvent =>
  newEvent({
    type: 'user.registered.v1',
    source: '/services/auth',
    subject: account.id,
    now: account.createdAt,
    data: {
      userId: account.id,
      email: account.email,
      username: account.username,
      displayName: account.displayName,
      registeredAt: account.createdAt.toISOString(),
    },
  });
