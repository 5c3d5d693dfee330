import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { inlineSchema } from '../documents/json-schema.ts';
import type { JsonSchema } from '../documents/json-schema.ts';
import { eventCatalogue } from './catalogue.ts';
import type { EventType } from './catalogue.ts';
import { cloudEvent } from './envelope.ts';

/** How events of a type once looked: events may lie among the dead letters, and old Pods run beside new ones, for long. */
export type Recording = {
  /** JSON Schema of the whole event, as its consumers read it. */
  readonly schema: JsonSchema;
  /** Events as its producers sent them. */
  readonly examples: readonly unknown[];
};

export const eventTypes = Object.keys(eventCatalogue) as EventType[];

/** Of an event as consumers read it today. */
export const eventSchema = (type: EventType): JsonSchema =>
  inlineSchema(cloudEvent.extend({ type: z.literal(type), data: eventCatalogue[type] }), 'input');

export const recordingsFile = (type: EventType): string =>
  fileURLToPath(new URL(`recorded/${type}.json`, import.meta.url));

/** The oldest first. Empty for a type that was never recorded. */
export const recordingsOf = (type: EventType): Recording[] => {
  const file = recordingsFile(type);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Recording[]) : [];
};
