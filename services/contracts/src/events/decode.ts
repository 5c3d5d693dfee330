import type { z } from 'zod';
import { eventCatalogue } from './catalogue.ts';
import type { EventData, EventType } from './catalogue.ts';
import type { CloudEvent } from './envelope.ts';

/** An event whose data was checked against the catalogue: `switch (event.type)` narrows `event.data`. */
export type KnownEvent = {
  [T in EventType]: Omit<CloudEvent, 'type' | 'data'> & { type: T; data: EventData<T> };
}[EventType];

const isKnown = (type: string): type is EventType => Object.hasOwn(eventCatalogue, type);

/**
 * Checks an event's data. Fields the schema does not know are dropped, so a newer producer is understood.
 * @throws ZodError when the data is not what its type promises
 * @throws Error when the type is not in the catalogue
 */
export const decodeEvent = (event: CloudEvent): KnownEvent => {
  if (!isKnown(event.type)) throw new Error(`no schema for events of type ${event.type}`);
  const schema: z.ZodType = eventCatalogue[event.type];
  // The catalogue pairs each type with its schema; TypeScript cannot follow the pairing through the lookup.
  return { ...event, data: schema.parse(event.data) } as KnownEvent;
};
