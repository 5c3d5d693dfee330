import { createInternalTokens } from '@chatplatform/kit/access';
import { systemClock } from '@chatplatform/kit/clock';
import { toError, unavailable } from '@chatplatform/kit/errors';
import { connectEventBus, newEvent } from '@chatplatform/kit/events';
import { createApp, listen } from '@chatplatform/kit/http';
import { newId } from '@chatplatform/kit/ids';
import { startManagementServer } from '@chatplatform/kit/management';
import { registry } from '@chatplatform/kit/metrics';
import { connectMongo, embeddedOutbox } from '@chatplatform/kit/mongo';
import { createOutboxRelay } from '@chatplatform/kit/outbox';
import { startPeriodic } from '@chatplatform/kit/periodic';
import type { ServiceContext } from '@chatplatform/kit/service';
import { startUserAccess } from '@chatplatform/kit/user-access';
import { mediaRoutes, servingRoutes } from './api/routes.ts';
import type { MediaConfig } from './config.ts';
import { ensureBucket } from './core/commands/ensure-bucket.ts';
import { expireMedia } from './core/commands/expire-media.ts';
import { sweepOrphans } from './core/commands/sweep-orphans.ts';
import { createBoundedQueue } from './infrastructure/bounded-queue.ts';
import {
  checkSchema,
  createMongoMediaRepository,
  mediaCollection,
} from './infrastructure/mongo-media-repository.ts';
import { createObjectStore } from './infrastructure/object-store.ts';
import { createChatAccess } from './infrastructure/chat-access.ts';
import { createMediaUses } from './infrastructure/media-uses.ts';
import { createSharpProcessor } from './infrastructure/sharp-processor.ts';

const SERVICE = 'media';
const SWEEP_INTERVAL_MS = 6 * 3_600_000;

/** Builds and starts everything. Returns the ports it listens on. */
export async function startMedia(
  context: ServiceContext,
  config: MediaConfig,
): Promise<{ port: number; managementPort: number }> {
  const { logger } = context;
  const clock = systemClock;

  const mongo = await connectMongo({ url: config.MONGODB_URL, database: config.MONGODB_DATABASE });
  context.onStop(() => mongo.close());
  const bus = await connectEventBus({ url: config.AMQP_URL, service: context.name, logger });
  context.onStop(() => bus.close());
  const relay = createOutboxRelay({ store: embeddedOutbox([mediaCollection(mongo.db)]), bus, logger });
  relay.start();
  context.onStop(() => relay.stop());

  const objects = await createObjectStore(config);
  const media = createMongoMediaRepository(mongo.db, {
    uploadedEvent: (data) =>
      newEvent({
        type: 'media.uploaded.v1',
        source: `/services/${SERVICE}`,
        subject: data.mediaId,
        data,
        now: clock.now(),
      }),
    onOutbox: (events) => relay.nudge(events),
  });
  const sweep = setInterval(() => {
    sweepOrphans({ objects, media, clock }).then(
      (removed) => logger.info({ removed }, 'swept objects that have no document'),
      (error: unknown) => logger.warn({ err: toError(error) }, 'the sweep of orphaned objects failed'),
    );
  }, SWEEP_INTERVAL_MS);
  context.onStop(() => clearInterval(sweep));

  const tokens = createInternalTokens({ key: config.INTERNAL_TOKEN_KEY, service: SERVICE });
  const { MEDIA_MAX_AGE_SECONDS: maxAge } = config;
  if (maxAge !== undefined) {
    const uses = [
      createMediaUses({ service: 'chat', url: config.CHAT_URL, tokens }),
      createMediaUses({ service: 'user', url: config.USER_URL, tokens }),
    ];
    const expiry = startPeriodic({
      name: 'the expiry of pictures',
      logger,
      intervalMs: config.MEDIA_EXPIRY_INTERVAL_SECONDS * 1000,
      run: async () => {
        const cutoff = new Date(clock.now().getTime() - maxAge * 1000);
        const removed = await expireMedia({ objects, media, uses }, cutoff);
        if (removed > 0) logger.info({ removed, cutoff }, 'removed pictures that nobody shows');
      },
    });
    context.onStop(() => expiry.stop());
  }

  const { verifier } = await startUserAccess(context, config, bus);
  const routeDeps = {
    objects,
    media,
    pictures: createSharpProcessor({ maxPixels: config.MEDIA_MAX_PIXELS, concurrency: 2, maxWaiting: 16 }),
    clock,
    newId,
    logger,
    verifier,
    access: createChatAccess({ chatUrl: config.CHAT_URL, tokens }),
    signingKey: config.MEDIA_URL_SIGNING_KEY,
    maxBytes: config.MEDIA_MAX_BYTES,
    uploads: createBoundedQueue({
      concurrency: 8,
      maxWaiting: 32,
      refusal: () => unavailable('media.busy', 'Too many uploads at once.', { retryAfterSeconds: 5 }),
    }),
  };
  const app = createApp({
    logger,
    routes: (express) => {
      express.use('/api/v1/media', mediaRoutes(routeDeps));
      express.use('/media', servingRoutes(routeDeps));
    },
  });
  const server = await listen(app, config.HTTP_PORT);
  context.onStop(() => server.close());

  const management = await startManagementServer({
    logger,
    port: config.MANAGEMENT_PORT,
    registry,
    checks: {
      mongodb: () => checkSchema(mongo.db),
      objectStorage: () =>
        ensureBucket(objects, () => logger.warn('the bucket of the pictures is missing: it is made anew')),
      rabbitmq: async () => {
        if (!bus.healthy()) throw unavailable('broker.unavailable', 'not connected');
      },
    },
  });
  context.onStop(() => management.close());
  return { port: server.port, managementPort: management.port };
}
