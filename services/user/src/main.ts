import { subscriptions } from '@chatplatform/contracts/events/subscriptions';
import { createInternalTokens } from '@chatplatform/kit/access';
import { systemClock } from '@chatplatform/kit/clock';
import { loadConfig } from '@chatplatform/kit/config';
import { connectEventBus, newEvent } from '@chatplatform/kit/events';
import { createApp, listen } from '@chatplatform/kit/http';
import { newId } from '@chatplatform/kit/ids';
import { exactlyOnce } from '@chatplatform/kit/inbox';
import { startManagementServer } from '@chatplatform/kit/management';
import { registry } from '@chatplatform/kit/metrics';
import { connectMongo, embeddedOutbox, mongoInbox } from '@chatplatform/kit/mongo';
import { createOutboxRelay } from '@chatplatform/kit/outbox';
import type { PendingEvent } from '@chatplatform/kit/outbox';
import { runService } from '@chatplatform/kit/service';
import { startUserAccess } from '@chatplatform/kit/user-access';
import { internalRoutes } from './api/internal-routes.ts';
import { userRoutes } from './api/routes.ts';
import { userConfig } from './config.ts';
import { collectionsOf } from './infrastructure/mongo/collections.ts';
import { createFriendRequestRepository } from './infrastructure/mongo/friend-request-repository.ts';
import { createProfileRepository } from './infrastructure/mongo/profile-repository.ts';
import { checkSchema } from './infrastructure/mongo/schema.ts';
import { registrationConsumer } from './infrastructure/registration-consumer.ts';

await runService('user', async (context) => {
  const { logger, onStop } = context;
  const config = loadConfig(userConfig);
  const mongo = await connectMongo({ url: config.MONGODB_URL, database: config.MONGODB_DATABASE });
  onStop(() => mongo.close());
  const bus = await connectEventBus({ url: config.AMQP_URL, service: 'user', logger });
  onStop(() => bus.close());

  const collections = collectionsOf(mongo.db);
  const outbox = embeddedOutbox([collections.profiles, collections.friendRequests]);
  const relay = createOutboxRelay({ store: outbox, bus, logger });
  relay.start();
  onStop(() => relay.stop());

  const onEventStored = (event: PendingEvent): void => relay.nudge([event]);
  const core = {
    profiles: createProfileRepository(collections, onEventStored),
    friendRequests: createFriendRequestRepository(collections, onEventStored),
    clock: systemClock,
    newId,
    newEvent,
  };
  const subscription = await bus.consume({
    types: subscriptions.user,
    handle: exactlyOnce(mongoInbox(mongo.db), registrationConsumer(core)),
  });
  onStop(() => subscription.close());

  const { verifier } = await startUserAccess(context, config, bus);
  const tokens = createInternalTokens({ key: config.INTERNAL_TOKEN_KEY, service: 'user' });
  const app = createApp({
    logger,
    routes: (express) => {
      userRoutes({ core, verifier })(express);
      internalRoutes({ ...core, tokens })(express);
    },
  });
  const server = await listen(app, config.HTTP_PORT);
  onStop(() => server.close());
  const management = await startManagementServer({
    logger,
    port: config.MANAGEMENT_PORT,
    registry,
    checks: { database: () => checkSchema(mongo.db) },
  });
  onStop(() => management.close());
});
