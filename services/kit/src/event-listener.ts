import { cloudEvent, EVENT_EXCHANGE } from '@chatplatform/contracts/events/envelope';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import type { Channel, ConsumeMessage } from 'amqplib';
import { toError } from './errors.ts';
import type { Logger } from './logger.ts';

export type ListenOptions = {
  readonly types: readonly string[];
  /** A throw is logged and no more: there is no second delivery. */
  readonly handle: (event: CloudEvent) => void;
};

/**
 * Every process that listens hears of an event, on a queue that lives as long as its connection: nothing is kept while
 * it is away, and nothing is acknowledged. For news that has a second source, or that is stale by the next reconnect.
 */
export const attachListener = async (
  channel: Channel,
  { types, handle }: ListenOptions,
  logger: Logger,
): Promise<void> => {
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true, durable: false });
  for (const type of types) await channel.bindQueue(queue, EVENT_EXCHANGE, type);
  const hear = (message: ConsumeMessage | null): void => {
    // Null: the broker cancelled the consumer. Closing makes the bus build all anew.
    if (message === null) void channel.close().catch(() => undefined);
    else
      try {
        handle(cloudEvent.parse(JSON.parse(message.content.toString('utf8'))));
      } catch (error) {
        logger.warn(
          { err: toError(error), messageId: message.properties.messageId },
          'an event that was heard could not be handled',
        );
      }
  };
  await channel.consume(queue, hear, { noAck: true });
};
