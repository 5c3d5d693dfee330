import { z } from 'zod';
import { entityId, timestamp } from '../ids.ts';

/** The RabbitMQ topic exchange that every event is published to; the routing key is the event's type. */
export const EVENT_EXCHANGE = 'chatplatform.events';
export const DEAD_LETTER_EXCHANGE = 'chatplatform.dead';
export const EVENT_CONTENT_TYPE = 'application/cloudevents+json';

/** CloudEvents 1.0, structured mode; `traceparent` is the distributed tracing extension. */
export const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: entityId,
  source: z.string().min(1).describe('`/services/<name>`'),
  type: z.string().regex(/^[a-z]+(\.[a-z-]+)+\.v[1-9][0-9]*$/),
  subject: z.string().min(1),
  time: timestamp,
  datacontenttype: z.literal('application/json'),
  traceparent: z.string().optional(),
  data: z.unknown(),
});
export type CloudEvent = z.infer<typeof cloudEvent>;
