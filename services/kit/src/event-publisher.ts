import { EVENT_CONTENT_TYPE, EVENT_EXCHANGE } from '@chatplatform/contracts/events/envelope';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { ConfirmChannel } from 'amqplib';
import { unavailable } from './errors.ts';
import type { DomainError } from './errors.ts';
import { createCounter } from './metrics.ts';
import { runWithTraceparent } from './telemetry.ts';

const published = createCounter({
  name: 'events_published_total',
  help: 'Events handed to the broker, by what became of them.',
  labelNames: ['type', 'outcome'],
});

const brokerAway = (message: string, cause?: unknown): DomainError =>
  unavailable('broker.unavailable', message, { cause });

const toMessage = (event: CloudEvent) => ({
  content: Buffer.from(JSON.stringify(event)),
  options: {
    persistent: true,
    contentType: EVENT_CONTENT_TYPE,
    messageId: event.id,
    type: event.type,
    timestamp: Math.floor(Date.parse(event.time) / 1000),
    headers: {},
  },
});

/**
 * Resolves once the broker has the event on disk; events published one after another on a channel stay in order.
 * @throws DomainError `unavailable` (`broker.unavailable`) when there is no channel, the broker refuses, or no confirm
 *   comes within `timeoutMs`; the event may have been stored all the same
 */
export const publishConfirmed = (
  channel: ConfirmChannel | undefined,
  event: CloudEvent,
  timeoutMs: number,
): Promise<void> =>
  new Promise((resolve, reject) => {
    if (channel === undefined) {
      reject(brokerAway('The message broker is away.'));
      return;
    }
    const settle = (error?: DomainError): void => {
      clearTimeout(timer);
      published.inc({ type: event.type, outcome: error === undefined ? 'confirmed' : 'failed' });
      if (error === undefined) resolve();
      else reject(error);
    };
    const timer = setTimeout(
      () => settle(brokerAway(`The message broker did not confirm within ${timeoutMs} ms.`)),
      timeoutMs,
    );
    const { content, options } = toMessage(event);
    try {
      // The relay may publish long after the request ended: the event brings the trace it belongs to.
      runWithTraceparent(event.traceparent, () =>
        channel.publish(EVENT_EXCHANGE, event.type, content, options, (error: unknown) =>
          settle(
            error === null || error === undefined
              ? undefined
              : brokerAway('The message broker refused an event.', error),
          ),
        ),
      );
    } catch (error) {
      settle(brokerAway('The connection to the message broker was lost.', error));
    }
  });
