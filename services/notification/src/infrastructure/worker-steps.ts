import { createCounter } from '@chatplatform/kit/metrics';
import { toError } from '@chatplatform/kit/errors';
import type { Logger } from '@chatplatform/kit/logger';
import { runWithTraceparent, withSpan } from '@chatplatform/kit/telemetry';
import { deliverNotification } from '../core/commands/deliver-notification.ts';
import type { AttemptResult, DeliveryDeps } from '../core/commands/deliver-notification.ts';
import { runFanOut } from '../core/commands/run-fan-out.ts';
import type { FanOutDeps, FanOutResult } from '../core/commands/run-fan-out.ts';
import type { ClaimedFanOut } from '../core/ports/fan-out-queue.ts';
import type { ClaimedNotification } from '../core/ports/notification-repository.ts';

/** A worker that dies gives its claim back after this long; a living one prolongs it. */
const LEASE_MS = 60_000;
const RENEW_MS = 20_000;

const attempts = createCounter({
  name: 'notification_delivery_attempts_total',
  help: 'Attempts to reach a person, by transport and by the state the delivery was left in.',
  labelNames: ['transport', 'status'],
});
const postponements = createCounter({
  name: 'notification_fan_out_postponed_total',
  help: 'Fan-outs put off because something they need is not there yet.',
  labelNames: ['because'],
});

/** Zero rather than nothing: a dashboard can tell "none" from "not running". */
export function initialiseWorkerMetrics(): void {
  for (const transport of ['email', 'push'])
    for (const status of ['pending', 'delivered', 'failed']) attempts.inc({ transport, status }, 0);
  for (const because of ['channel-unknown', 'presence-unavailable']) postponements.inc({ because }, 0);
}

export interface FanOutStepDeps extends FanOutDeps {
  readonly logger: Logger;
  /** Called when deliveries are waiting. */
  readonly onNotified: () => void;
  readonly onPresenceError: (error: unknown) => void;
}

/** One step of the fan-out worker; false when nothing is due. */
export async function fanOutStep(deps: FanOutStepDeps): Promise<boolean> {
  const now = deps.clock.now();
  const claim = await deps.fanOuts.claimDue(now, new Date(now.getTime() + LEASE_MS));
  if (claim === null) return false;
  const { eventId, occasion, traceparent } = claim.fanOut;
  await runWithTraceparent(traceparent ?? undefined, () =>
    withSpan(
      'notification.fan-out',
      { 'chatplatform.event.id': eventId, 'chatplatform.occasion': occasion.kind },
      async (span) => {
        const result = await runFanOut(deps, claim);
        span.setAttribute('chatplatform.notified', result.notified);
        reportFanOut(deps, claim, result);
      },
    ),
  );
  return true;
}

function reportFanOut(deps: FanOutStepDeps, { fanOut }: ClaimedFanOut, result: FanOutResult): void {
  if (result.notified > 0) deps.onNotified();
  if (result.presenceError !== null) deps.onPresenceError(result.presenceError);
  if (result.postponed !== null) {
    postponements.inc({ because: result.postponed });
    deps.logger.debug({ eventId: fanOut.eventId, because: result.postponed }, 'fan-out put off');
  }
}

export interface DeliveryStepDeps extends DeliveryDeps {
  readonly logger: Logger;
}

/** One step of the delivery worker; false when nothing is due. */
export async function deliveryStep(deps: DeliveryStepDeps): Promise<boolean> {
  const now = deps.clock.now();
  const claim = await deps.notifications.claimDue(now, new Date(now.getTime() + LEASE_MS));
  if (claim === null) return false;
  const { id, userId, kind, traceparent } = claim.notification;
  await runWithTraceparent(traceparent ?? undefined, () =>
    withSpan(
      'notification.deliver',
      { 'chatplatform.notification.id': id, 'chatplatform.notification.kind': kind },
      async () => {
        const results = await whileRenewing(deps, claim, () => deliverNotification(deps, claim));
        for (const result of results) reportAttempt(deps.logger, { notificationId: id, userId }, result);
      },
    ),
  );
  return true;
}

async function whileRenewing<T>(
  deps: DeliveryStepDeps,
  claim: ClaimedNotification,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(() => {
    const leaseUntil = new Date(deps.clock.now().getTime() + LEASE_MS);
    deps.notifications.renew(claim, leaseUntil).catch((error: unknown) => {
      deps.logger.warn({ err: toError(error) }, 'a delivery lease could not be prolonged');
    });
  }, RENEW_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function reportAttempt(logger: Logger, ids: object, { transport, status, reason }: AttemptResult): void {
  attempts.inc({ transport, status });
  if (status === 'delivered') logger.info({ ...ids, transport }, 'delivered');
  else if (status === 'failed') logger.error({ ...ids, transport, reason }, 'delivery failed for good');
  else logger.warn({ ...ids, transport, reason }, 'delivery will be tried again');
}
