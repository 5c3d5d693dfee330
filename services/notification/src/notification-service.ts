import { createInternalTokens } from '@chatplatform/kit/access';
import { systemClock } from '@chatplatform/kit/clock';
import { unavailable } from '@chatplatform/kit/errors';
import { connectEventBus, newEvent } from '@chatplatform/kit/events';
import { createApp, listen } from '@chatplatform/kit/http';
import { newId } from '@chatplatform/kit/ids';
import { exactlyOnce } from '@chatplatform/kit/inbox';
import { startManagementServer } from '@chatplatform/kit/management';
import { registry } from '@chatplatform/kit/metrics';
import { connectMongo, embeddedOutbox, mongoInbox } from '@chatplatform/kit/mongo';
import { createOutboxRelay } from '@chatplatform/kit/outbox';
import type { ServiceContext } from '@chatplatform/kit/service';
import { startUserAccess } from '@chatplatform/kit/user-access';
import { notificationRoutes } from './api/routes.ts';
import type { NotificationConfig } from './config.ts';
import { DEFAULT_RETRY_POLICY } from './core/domain/delivery.ts';
import { DEFAULT_FAN_OUT_POLICY } from './core/domain/fan-out.ts';
import { createEventConsumer } from './infrastructure/event-consumer.ts';
import { collectionsOf } from './infrastructure/mongo/collections.ts';
import { createChannelDirectory } from './infrastructure/mongo/channel-directory.ts';
import {
  createDeviceRepository,
  createPreferencesRepository,
} from './infrastructure/mongo/device-repository.ts';
import { createFanOutQueue } from './infrastructure/mongo/fan-out-queue.ts';
import { createNotificationRepository } from './infrastructure/mongo/notification-repository.ts';
import { createPeopleRepository } from './infrastructure/mongo/people-repository.ts';
import { checkSchema } from './infrastructure/mongo/schema.ts';
import { createPresenceClient } from './infrastructure/presence-client.ts';
import { createWithdrawals } from './infrastructure/mongo/withdrawals.ts';
import { createPushTransport } from './infrastructure/push-transport.ts';
import { createSmtpTransport } from './infrastructure/smtp-transport.ts';
import { startWorkers } from './infrastructure/workers.ts';

/** What others know this service by: the caller in internal tokens, the source of its events. */
const SERVICE = 'notification';

/** Builds and starts everything; `context.name` names the queue. Returns the ports it listens on. */
export async function startNotification(
  context: ServiceContext,
  config: NotificationConfig,
): Promise<{ port: number; managementPort: number }> {
  const { logger } = context;
  const onStop = context.onStop.bind(context);
  const clock = systemClock;

  const mongo = await connectMongo({ url: config.MONGODB_URL, database: config.MONGODB_DATABASE });
  onStop(() => mongo.close());
  const bus = await connectEventBus({ url: config.AMQP_URL, service: context.name, logger });
  onStop(() => bus.close());

  const collections = collectionsOf(mongo.db);
  const relay = createOutboxRelay({ store: embeddedOutbox([collections.notifications]), bus, logger });
  relay.start();
  onStop(() => relay.stop());

  const stores = {
    people: createPeopleRepository(collections),
    channels: createChannelDirectory(collections),
    devices: createDeviceRepository(collections),
    preferences: createPreferencesRepository(collections),
    fanOuts: createFanOutQueue(collections, newId),
    withdrawals: createWithdrawals(collections),
    notifications: createNotificationRepository(collections, {
      newId,
      deliveredEvent: (data) =>
        newEvent({
          type: 'notification.delivered.v1',
          source: `/services/${SERVICE}`,
          subject: data.userId,
          data,
          now: clock.now(),
        }),
      onOutbox: (events) => relay.nudge(events),
    }),
  };

  const email = createSmtpTransport({ url: config.SMTP_URL, from: config.MAIL_FROM, connections: 5 });
  onStop(() => email.close());
  const push = await createPushTransport(config);
  onStop(() => push.close());

  const publicUrl = config.PUBLIC_URL.replace(/\/+$/, '');
  const workers = startWorkers({
    ...stores,
    email,
    push,
    presence: createPresenceClient({
      gatewayUrl: config.GATEWAY_URL,
      tokens: createInternalTokens({ key: config.INTERNAL_TOKEN_KEY, service: SERVICE }),
    }),
    emailContext: { publicUrl, messageIdDomain: new URL(publicUrl).hostname },
    pushEnabled: config.PUSH_ENABLED,
    policy: DEFAULT_FAN_OUT_POLICY,
    retry: DEFAULT_RETRY_POLICY,
    random: Math.random,
    clock,
    newId,
    logger,
  });
  onStop(() => workers.stop());

  const consumer = createEventConsumer({ ...stores, clock, graceMs: config.OFFLINE_GRACE_SECONDS * 1000 });
  await bus.consume({ types: consumer.types, handle: exactlyOnce(mongoInbox(mongo.db), consumer.handle) });

  const { verifier } = await startUserAccess(context, config, bus);
  const app = createApp({
    logger,
    routes: (express) => {
      express.use('/api/v1/notifications', notificationRoutes({ ...stores, verifier, clock, newId }));
    },
  });
  const server = await listen(app, config.HTTP_PORT);
  onStop(() => server.close());

  const management = await startManagementServer({
    logger,
    port: config.MANAGEMENT_PORT,
    registry,
    checks: {
      mongodb: () => checkSchema(mongo.db),
      rabbitmq: async () => {
        if (!bus.healthy()) throw unavailable('broker.unavailable', 'not connected');
      },
    },
  });
  onStop(() => management.close());
  return { port: server.port, managementPort: management.port };
}
