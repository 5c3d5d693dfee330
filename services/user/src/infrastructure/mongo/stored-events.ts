import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { PendingEvent } from '@chatplatform/kit/outbox';

/** Told of an event right after the write that stored it, and where it is kept. */
export type OnEventStored = (event: PendingEvent) => void;

export const storedEvent = (event: CloudEvent, collection: string, id: string): PendingEvent => ({
  event,
  heldBy: { collection, id },
});
