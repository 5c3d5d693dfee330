import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudEvent } from '@chatplatform/contracts/events/envelope';
import { subscriptions as allSubscriptions } from '@chatplatform/contracts/events/subscriptions';
import { connect } from 'amqplib';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { createEventConsumer } from './event-consumer.ts';
import type { ConsumeOptions, EventConsumer, Subscription } from './event-consumer.ts';
import { attachListener } from './event-listener.ts';
import type { ListenOptions } from './event-listener.ts';
import { publishConfirmed } from './event-publisher.ts';
import { assertTopology } from './event-topology.ts';
import type { Subscriptions } from './event-topology.ts';
import type { Logger } from './logger.ts';

export type EventBusOptions = {
  readonly url: string;
  /** Names the queue: `<service>.events`. */
  readonly service: string;
  readonly logger: Logger;
  /** What exists on the broker before anything is published. Default: the contract's. */
  readonly subscriptions?: Subscriptions;
  /** How long `publish` waits for the broker's confirm. Default 10 s. */
  readonly publishTimeoutMs?: number;
};

export interface EventBus {
  /**
   * Resolves at the broker's confirm. Events published without awaiting between them stay in order.
   * @throws DomainError `unavailable`: at once when the broker is away, else after `publishTimeoutMs`
   */
  publish(event: CloudEvent): Promise<void>;
  /** One a service: its queue has one reader a process. Survives reconnects. */
  consume(options: ConsumeOptions): Promise<Subscription>;
  /** As often as wanted; survives reconnects, though not what was published in between. */
  listen(options: ListenOptions): Promise<void>;
  /** Whether the broker is connected right now. */
  healthy(): boolean;
  /** Ends consumption as `Subscription.close` does, then disconnects. */
  close(): Promise<void>;
}

/** How long a start waits for the broker before it goes on without: a service must be able to start while it is away. */
const FIRST_CONNECT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;
const HEARTBEAT_SECONDS = 15;

const withHeartbeat = (url: string): string => {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  return parsed.href;
};

type Connected = { readonly model: ChannelModel; readonly publishing: ConfirmChannel };

/**
 * Connects and stays connected: every reconnect (jittered, up to 5 s apart, for ever) declares the topology and
 * resumes consumption. A channel that the broker closes takes its connection along, so that there is one way back.
 */
export const connectEventBus = async ({
  url,
  service,
  logger,
  subscriptions = allSubscriptions,
  publishTimeoutMs = 10_000,
}: EventBusOptions): Promise<EventBus> => {
  let connected: Connected | undefined;
  let consumer: EventConsumer | undefined;
  const listeners: ListenOptions[] = [];
  let closing = false;

  const guard = <C extends Channel>(model: ChannelModel, channel: C, isExpected: () => boolean): C => {
    channel.on('error', (err) => logger.error({ err }, 'the broker closed a channel'));
    channel.on('close', () => {
      if (!isExpected()) void model.close().catch(() => undefined);
    });
    return channel;
  };

  const attach = async (model: ChannelModel, to: EventConsumer): Promise<void> =>
    to.attach(guard(model, await model.createChannel(), to.closing));

  const attachTo = async (model: ChannelModel, listener: ListenOptions): Promise<void> =>
    attachListener(
      guard(model, await model.createChannel(), () => closing),
      listener,
      logger,
    );

  const setup = async (model: ChannelModel): Promise<void> => {
    // amqplib binds its own listener only after setup: until then an error without a listener would be thrown.
    model.on('error', (err) => logger.warn({ err }, 'broker connection error'));
    const publishing = guard(model, await model.createConfirmChannel(), () => closing);
    await assertTopology(publishing, subscriptions);
    if (consumer?.closing() === false) await attach(model, consumer);
    for (const listener of listeners) await attachTo(model, listener);
    connected = { model, publishing };
  };

  const connection = await connect(withHeartbeat(url), {
    timeout: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    clientProperties: { connection_name: service },
    recovery: { initialDelay: 200, maxDelay: 5_000, jitter: 0.5, waitForConnect: false, setup },
  });
  connection.on('error', () => undefined);
  connection.on('connect', () => logger.info('connected to the broker'));
  connection.on('connect-failed', (err) => {
    connected = undefined;
    logger.warn({ err }, 'cannot connect to the broker, will retry');
  });
  connection.on('disconnect', (err) => {
    connected = undefined;
    logger.warn({ err }, 'lost the broker, reconnecting');
  });
  connection.on('blocked', (reason) => logger.warn({ reason }, 'the broker accepts no events for now'));
  connection.on('unblocked', () => logger.info('the broker accepts events again'));
  await Promise.race([connection.waitForConnect(), sleep(FIRST_CONNECT_MS, undefined, { ref: false })]);

  return {
    publish: (event) => publishConfirmed(connected?.publishing, event, publishTimeoutMs),
    async consume(options) {
      if (consumer !== undefined) throw new Error('a service consumes its queue once');
      consumer = createEventConsumer(service, options, logger);
      // A failure here closes the connection, and the next setup attaches.
      if (connected !== undefined)
        await attach(connected.model, consumer).catch((err: unknown) =>
          logger.warn({ err }, 'could not start to consume, will retry'),
        );
      return consumer;
    },
    async listen(options) {
      listeners.push(options);
      // A failure here closes the connection, and the next setup attaches.
      if (connected !== undefined)
        await attachTo(connected.model, options).catch((err: unknown) =>
          logger.warn({ err }, 'could not start to listen, will retry'),
        );
    },
    healthy: () => connected !== undefined,
    async close() {
      await consumer?.close();
      closing = true;
      const publishing = connected?.publishing;
      connected = undefined;
      if (publishing !== undefined)
        await Promise.race([
          publishing.waitForConfirms(),
          sleep(publishTimeoutMs, undefined, { ref: false }),
        ]).catch(() => undefined);
      await connection.close();
    },
  };
};
