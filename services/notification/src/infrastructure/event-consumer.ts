import { eventCatalogue } from '@chatplatform/contracts/events/catalogue';
import type { EventData, EventType } from '@chatplatform/contracts/events/catalogue';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { subscriptions } from '@chatplatform/contracts/events/subscriptions';
import { recordChannelCreated, recordMembership } from '../core/commands/project-events.ts';
import type { ProjectionDeps } from '../core/commands/project-events.ts';
import {
  friendAcceptedOccasion,
  friendRequestOccasion,
  messageOccasion,
  scheduleFanOut,
} from '../core/commands/schedule-fan-out.ts';
import type { ScheduleDeps } from '../core/commands/schedule-fan-out.ts';
import type { Occasion } from '../core/domain/occasion.ts';
import type { PeopleRepository } from '../core/ports/projections.ts';

export type ConsumerDeps = ProjectionDeps & ScheduleDeps & { readonly people: PeopleRepository };

type Subscribed = (typeof subscriptions.notification)[number];
type Handlers = { readonly [T in Subscribed]: (data: EventData<T>, event: CloudEvent) => Promise<void> };

function handlersFor(deps: ConsumerDeps): Handlers {
  const schedule = (event: CloudEvent, occurredAt: string, occasion: Occasion): Promise<void> =>
    scheduleFanOut(deps, {
      eventId: event.id,
      occurredAt: new Date(occurredAt),
      traceparent: event.traceparent ?? null,
      occasion,
    });
  return {
    'user.registered.v1': (data) => deps.people.recordRegistration(data),
    'user.profile-updated.v1': (data) => deps.people.recordProfile(data),
    'user.friendship-requested.v1': (data, event) => schedule(event, event.time, friendRequestOccasion(data)),
    'user.friendship-accepted.v1': (data, event) => schedule(event, event.time, friendAcceptedOccasion(data)),
    'chat.channel.created.v1': (data) => recordChannelCreated(deps, data),
    'chat.channel.member-added.v1': ({ channelId, userId, membershipRevision: revision }, { time }) =>
      recordMembership(deps, { channelId, userId, revision, active: true, since: new Date(time) }),
    'chat.channel.member-removed.v1': ({ channelId, userId, membershipRevision: revision }, { time }) =>
      recordMembership(deps, { channelId, userId, revision, active: false, since: new Date(time) }),
    'chat.message.created.v1': (data, event) => schedule(event, data.createdAt, messageOccasion(data)),
  };
}

export interface EventConsumer {
  readonly types: readonly EventType[];
  /** Idempotent: every effect is keyed by the event or by a revision. Rejects when a store is away. */
  handle(event: CloudEvent): Promise<void>;
}

export function createEventConsumer(deps: ConsumerDeps): EventConsumer {
  const handlers = handlersFor(deps);
  const handleAs = async <T extends Subscribed>(type: T, event: CloudEvent): Promise<void> => {
    // The catalogue's entry for T yields EventData<T>; TypeScript cannot correlate the two through the lookup.
    await handlers[type](eventCatalogue[type].parse(event.data) as EventData<T>, event);
  };
  const types = subscriptions.notification;
  return {
    types,
    async handle(event) {
      const type = types.find((known) => known === event.type);
      if (type !== undefined) await handleAs(type, event);
    },
  };
}
