import { DEAD_LETTER_EXCHANGE, EVENT_EXCHANGE } from '@chatplatform/contracts/events/envelope';
import type { Channel } from 'amqplib';

/** Consumer service -> types of events. */
export type Subscriptions = Readonly<Record<string, readonly string[]>>;

/**
 * How often the broker hands out a message that is never acknowledged (its consumer dies on it) before it goes to the
 * dead letters. Part of the queue's identity: another value on an existing queue is refused by the broker.
 */
export const DELIVERY_LIMIT = 20;

export const eventQueue = (service: string): string => `${service}.events`;
export const deadLetterQueue = (service: string): string => `${service}.dead`;

const assertExchanges = async (channel: Channel): Promise<void> => {
  await channel.assertExchange(EVENT_EXCHANGE, 'topic', { durable: true });
  await channel.assertExchange(DEAD_LETTER_EXCHANGE, 'direct', { durable: true });
};

/** Declares a service's queue, its dead letters and its bindings; harmless when they are there. */
export const assertServiceQueue = async (
  channel: Channel,
  service: string,
  types: readonly string[],
): Promise<void> => {
  await channel.assertQueue(deadLetterQueue(service), {
    durable: true,
    arguments: { 'x-queue-type': 'quorum' },
  });
  await channel.bindQueue(deadLetterQueue(service), DEAD_LETTER_EXCHANGE, service);
  await channel.assertQueue(eventQueue(service), {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': DEAD_LETTER_EXCHANGE,
      'x-dead-letter-routing-key': service,
      // Without this pair a dead letter is lost when the broker stops between the two queues.
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  });
  for (const type of types) await channel.bindQueue(eventQueue(service), EVENT_EXCHANGE, type);
};

/** Everything events travel through. */
export const assertTopology = async (channel: Channel, subscriptions: Subscriptions): Promise<void> => {
  await assertExchanges(channel);
  for (const [service, types] of Object.entries(subscriptions))
    await assertServiceQueue(channel, service, types);
};
