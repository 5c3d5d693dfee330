import type { Clock } from '@chatplatform/kit/clock';
import { newEvent } from '@chatplatform/kit/events';
import type { CloudEvent } from '@chatplatform/kit/events';
import { outboxEntries } from '@chatplatform/kit/mongo';
import type { OutboxEntry } from '@chatplatform/kit/mongo';
import type { PendingEvent } from '@chatplatform/kit/outbox';
import type { ChatEvent } from '../../core/domain/events.ts';

const SOURCE = '/services/chat';

/** What the stores need to put events into their documents and to have them published. */
export interface EventKeeping {
  readonly clock: Clock;
  /** Publishes soon what was just committed. */
  readonly nudge: (events: readonly PendingEvent[]) => void;
}

/** In the active trace. */
export const envelopeOf = (event: ChatEvent, now: Date): CloudEvent =>
  newEvent({ ...event, source: SOURCE, now });

export const entriesOf = (event: CloudEvent): OutboxEntry[] => outboxEntries([event]);

export const heldBy = (event: CloudEvent, collection: string, id: string): PendingEvent => ({
  event,
  heldBy: { collection, id },
});
