import type { EventData, EventType } from '@chatplatform/contracts/events/catalogue';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { newId } from './ids.ts';
import { currentTraceparent } from './telemetry.ts';

export type { CloudEvent } from '@chatplatform/contracts/events/envelope';
export { connectEventBus } from './event-bus.ts';
export type { EventBus, EventBusOptions } from './event-bus.ts';
export type { ListenOptions } from './event-listener.ts';
export type { ConsumeOptions, Subscription } from './event-consumer.ts';

/** The data a type promises; anything for a type outside the catalogue. */
type DataOf<T extends string> = T extends EventType ? EventData<T> : unknown;

/**
 * A CloudEvent that carries the active trace.
 * @param subject what the event is about; events of one subject reach a consumer in order
 * @param source `/services/<name>`
 */
export const newEvent = <const T extends string>({
  type,
  source,
  subject,
  data,
  now,
  id = newId(),
}: {
  type: T;
  source: string;
  subject: string;
  data: DataOf<T>;
  now: Date;
  id?: string;
}): CloudEvent => {
  const traceparent = currentTraceparent();
  return {
    specversion: '1.0',
    id,
    source,
    type,
    subject,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    ...(traceparent === undefined ? {} : { traceparent }),
    data,
  };
};
