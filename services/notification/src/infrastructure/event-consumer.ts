import { decodeEvent } from '@chatplatform/contracts/events/decode';
import type { KnownEvent } from '@chatplatform/contracts/events/decode';
import type { EventType } from '@chatplatform/contracts/events/catalogue';
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
import type { Membership } from '../core/domain/channel.ts';
import type { Occasion } from '../core/domain/occasion.ts';
import type { PeopleRepository } from '../core/ports/projections.ts';
import type { Withdrawals } from '../core/ports/withdrawals.ts';

export type ConsumerDeps = ProjectionDeps &
  ScheduleDeps & { readonly people: PeopleRepository; readonly withdrawals: Withdrawals };

export interface EventConsumer {
  readonly types: readonly EventType[];
  /**
   * Idempotent: every effect is keyed by the event or by a revision. Rejects when a store is away.
   * @throws ZodError when the data is not what its type promises
   */
  handle(event: CloudEvent): Promise<void>;
}

export function createEventConsumer(deps: ConsumerDeps): EventConsumer {
  return { types: subscriptions.notification, handle: (event) => dispatch(deps, decodeEvent(event)) };
}

async function dispatch(deps: ConsumerDeps, event: KnownEvent): Promise<void> {
  switch (event.type) {
    case 'user.registered.v1':
      return deps.people.recordRegistration(event.data);
    case 'user.profile-updated.v1':
      return deps.people.recordProfile(event.data);
    case 'user.friendship-requested.v1':
      return schedule(deps, event, event.time, friendRequestOccasion(event.data));
    case 'user.friendship-accepted.v1':
      return schedule(deps, event, event.time, friendAcceptedOccasion(event.data));
    case 'chat.channel.created.v1':
      return recordChannelCreated(deps, event.data);
    case 'chat.channel.member-added.v1':
      return recordMembership(deps, membershipOf(event.data, event.time, true));
    case 'chat.channel.member-removed.v1':
      return recordMembership(deps, membershipOf(event.data, event.time, false));
    case 'chat.message.created.v1':
      return schedule(deps, event, event.data.createdAt, messageOccasion(event.data));
    case 'chat.message.deleted.v1':
      return deps.withdrawals.record(event.data.messageId, new Date(event.data.deletedAt));
  }
}

type Envelope = Pick<CloudEvent, 'id' | 'traceparent'>;

function schedule(
  deps: ScheduleDeps,
  event: Envelope,
  occurredAt: string,
  occasion: Occasion,
): Promise<void> {
  return scheduleFanOut(deps, {
    eventId: event.id,
    occurredAt: new Date(occurredAt),
    traceparent: event.traceparent ?? null,
    occasion,
  });
}

function membershipOf(
  data: { channelId: string; userId: string; membershipRevision: number },
  time: string,
  active: boolean,
): Membership {
  const { channelId, userId, membershipRevision: revision } = data;
  return { channelId, userId, revision, active, since: new Date(time) };
}
