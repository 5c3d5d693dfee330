import type { Clock } from '@chatplatform/kit/clock';
import { afterAttempt, isDue, nextAttemptAt } from '../domain/delivery.ts';
import type { Delivery, RetryPolicy, SendOutcome } from '../domain/delivery.ts';
import { renderEmail } from '../domain/email.ts';
import type { EmailContext } from '../domain/email.ts';
import type { Notification } from '../domain/notification.ts';
import type { DeviceRepository } from '../ports/devices.ts';
import type { ClaimedNotification, NotificationRepository } from '../ports/notification-repository.ts';
import type { PeopleRepository } from '../ports/projections.ts';
import type { EmailTransport, PushTransport } from '../ports/transports.ts';

export interface DeliveryDeps {
  readonly notifications: NotificationRepository;
  readonly people: PeopleRepository;
  readonly devices: DeviceRepository;
  readonly email: EmailTransport;
  readonly push: PushTransport;
  readonly emailContext: EmailContext;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly retry: RetryPolicy;
}

export interface AttemptResult {
  readonly transport: Delivery['transport'];
  readonly status: Delivery['status'];
  readonly reason: string | null;
}

/**
 * Tries what is due of one claimed notification. Each attempt is recorded by itself, so a crash repeats one attempt at
 * most: at-least-once, with a Message-ID that lets the receiver recognise the repetition.
 */
export async function deliverNotification(
  deps: DeliveryDeps,
  claim: ClaimedNotification,
): Promise<AttemptResult[]> {
  const { notification } = claim;
  const deliveries = [...notification.deliveries];
  const results: AttemptResult[] = [];
  for (const [index, delivery] of notification.deliveries.entries()) {
    if (!isDue(delivery, deps.clock.now())) continue;
    const outcome = await attempt(deps, notification, delivery);
    const next = afterAttempt(
      delivery,
      outcome,
      { now: deps.clock.now(), random: deps.random() },
      deps.retry,
    );
    deliveries[index] = next;
    results.push({ transport: next.transport, status: next.status, reason: next.reason });
    const stillOurs = await deps.notifications.recordAttempt(claim, {
      index,
      delivery: next,
      delivered: next.status === 'delivered' ? deliveredFact(notification, next) : null,
    });
    if (!stillOurs) return results;
  }
  await deps.notifications.release(claim, nextAttemptAt(deliveries));
  return results;
}

function deliveredFact(notification: Notification, delivery: Delivery) {
  return { notificationId: notification.id, userId: notification.userId, transport: delivery.transport };
}

function attempt(deps: DeliveryDeps, notification: Notification, delivery: Delivery): Promise<SendOutcome> {
  return delivery.transport === 'email'
    ? attemptEmail(deps, notification)
    : attemptPush(deps, notification, delivery.deviceId ?? '');
}

/** The address is looked up at each attempt: the person's registration may be the event that is late. */
async function attemptEmail(deps: DeliveryDeps, notification: Notification): Promise<SendOutcome> {
  const person = (await deps.people.findMany([notification.userId])).get(notification.userId);
  if (person?.email === null || person === undefined)
    return { kind: 'retry', reason: 'the e-mail address is not known yet' };
  return deps.email.send(renderEmail(notification, person.email, deps.emailContext));
}

async function attemptPush(
  deps: DeliveryDeps,
  notification: Notification,
  deviceId: string,
): Promise<SendOutcome> {
  const device = await deps.devices.find(deviceId);
  // A device can be removed, or its token taken over by the next person on it: then this is no longer theirs to read.
  if (device === null || device.userId !== notification.userId) {
    return { kind: 'rejected', reason: 'the device was removed', gone: false };
  }
  const outcome = await deps.push.send(device.token, notification);
  if (outcome.kind === 'rejected' && outcome.gone) await deps.devices.forget(device.id, device.token);
  return outcome;
}
