import { z } from 'zod';
import type { KubeObject, ResourceRef } from '@chatplatform/operator/runtime/index';

export const EVENTS: ResourceRef = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

const eventSchema = z.object({
  metadata: z.object({ creationTimestamp: z.string().nullish() }),
  eventTime: z.string().nullish(),
  series: z.object({ count: z.number(), lastObservedTime: z.string() }).nullish(),
  deprecatedLastTimestamp: z.string().nullish(),
  deprecatedCount: z.number().nullish(),
  regarding: z.object({ kind: z.string().default(''), name: z.string().default('') }),
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  note: z.string().default(''),
});

export interface PlatformEvent {
  /** When it last happened, RFC 3339. */
  readonly time: string;
  readonly type: string;
  readonly reason: string;
  readonly kind: string;
  readonly name: string;
  readonly note: string;
  readonly count: number;
}

type Event = z.infer<typeof eventSchema>;

const timeOf = ({ series, deprecatedLastTimestamp, eventTime, metadata }: Event) =>
  series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';

/** The event, if it is about the platform or something that it is made of. */
export function platformEvent(object: KubeObject, platform: string): PlatformEvent | undefined {
  const event = eventSchema.safeParse(object).data;
  if (event === undefined) return undefined;
  const { kind, name } = event.regarding;
  if (name !== platform && !name.startsWith(`${platform}-`)) return undefined;
  const { type, reason, note } = event;
  const count = event.series?.count ?? event.deprecatedCount ?? 1;
  return { time: timeOf(event), type, reason, kind, name, note, count };
}
