import { setTimeout as pause } from 'node:timers/promises';
import { createInternalTokens } from '@chatplatform/kit/access';
import { systemClock } from '@chatplatform/kit/clock';
import { toError } from '@chatplatform/kit/errors';
import { connectEventBus } from '@chatplatform/kit/events';
import { createApp, listen } from '@chatplatform/kit/http';
import { newId } from '@chatplatform/kit/ids';
import { startManagementServer } from '@chatplatform/kit/management';
import { registry } from '@chatplatform/kit/metrics';
import { connectMongo, embeddedOutbox } from '@chatplatform/kit/mongo';
import { createOutboxRelay } from '@chatplatform/kit/outbox';
import { startRedis, stopRedis } from '@chatplatform/kit/redis';
import type { ServiceContext } from '@chatplatform/kit/service';
import { startUserAccess } from '@chatplatform/kit/user-access';
import { internalRoutes } from './api/internal-routes.ts';
import { presentChannel, presentEntry } from './api/presenters.ts';
import { channelRoutes } from './api/routes.ts';
import type { ChatConfig } from './config.ts';
import { Announcements } from './core/commands/announce/announcements.ts';
import { createAppender } from './core/commands/append/create-appender.ts';
import { createReceiptGatherer } from './core/commands/receipt-gatherer.ts';
import { createLastSeqReader } from './core/queries/last-seq-reader.ts';
import { createMemberCounts } from './core/queries/member-counts.ts';
import { createSettledChannels } from './core/queries/settled-channels.ts';
import { startCreationSweep } from './infrastructure/creation-sweep.ts';
import { createChannelStore } from './infrastructure/mongo/channel-store.ts';
import { channelsIn, entriesIn } from './infrastructure/mongo/documents.ts';
import { createExpiryProgress } from './infrastructure/mongo/expiry-progress.ts';
import { createEntryLog } from './infrastructure/mongo/entry-log.ts';
import type { EventKeeping } from './infrastructure/mongo/event-holder.ts';
import { createMembershipStore } from './infrastructure/mongo/membership-store.ts';
import { createPeople } from './infrastructure/mongo/people.ts';
import { createProjections } from './infrastructure/mongo/projections.ts';
import { checkSchema } from './infrastructure/mongo/schema.ts';
import { startExpirySweep } from './infrastructure/expiry-sweep.ts';
import { consumePeople } from './infrastructure/people-consumer.ts';
import { latched } from './infrastructure/readiness.ts';
import { createUntoldEntries } from './infrastructure/mongo/untold-entries.ts';
import { createLiveUpdates } from './infrastructure/redis/live-updates.ts';
import { toldOutbox } from './infrastructure/told-outbox.ts';
import { startUntoldSweep } from './infrastructure/untold-sweep.ts';

/** Builds and starts everything; `context.name` names the queue. Returns the ports it listens on. */
export async function startChat(
  context: ServiceContext,
  config: ChatConfig,
): Promise<{ port: number; managementPort: number }> {
  const { logger } = context;
  const onStop = context.onStop.bind(context);
  const clock = systemClock;

  const mongo = await connectMongo({ url: config.MONGODB_URL, database: config.MONGODB_DATABASE });
  onStop(() => mongo.close());
  const bus = await connectEventBus({ url: config.AMQP_URL, service: context.name, logger });
  onStop(() => bus.close());
  const redis = startRedis({ url: config.REDIS_URL, logger });
  onStop(() => stopRedis(redis));

  const { db } = mongo;
  const events: EventKeeping = { clock, nudge: (pending) => relay.nudge(pending) };
  const channels = createChannelStore(db, events);
  const memberships = createMembershipStore(db);
  const people = createPeople(db);
  const log = createEntryLog(db, events);
  const lastSeqs = createLastSeqReader(log);
  const live = createLiveUpdates(redis, { channel: presentChannel, entry: presentEntry });
  const untold = createUntoldEntries(db, clock);
  const harmless = (error: unknown): void =>
    logger.debug({ err: toError(error) }, 'failed, and is made good later');
  const announcements = new Announcements({
    live,
    log,
    untold,
    catchUp: (channelId) => appender.settle(channelId),
    onError: harmless,
  });
  redis.on('ready', () => void announcements.retry().catch(harmless));

  const outbox = embeddedOutbox([channelsIn(db), entriesIn(db)]);
  const { collectionName: collection } = entriesIn(db);
  const relay = createOutboxRelay({
    store: toldOutbox(outbox, { announcements, untold, clock, collection, onError: harmless }),
    bus,
    logger,
  });
  relay.start();
  onStop(() => relay.stop());
  onStop(startUntoldSweep({ untold, announcements, clock }, logger));

  const timing = { clock, pause: (milliseconds: number) => pause(milliseconds) };
  const appender = createAppender({
    log,
    channels,
    memberships,
    projections: createProjections(db),
    announcements,
    ...timing,
    random: Math.random,
    onHarmlessError: harmless,
  });
  const settled = createSettledChannels({ channels, lastSeqs, appender, ...timing });
  const receipts = createReceiptGatherer({ appender, ...timing });
  const memberCounts = createMemberCounts(memberships);
  const core = {
    channels,
    memberships,
    memberCounts,
    people,
    log,
    live,
    appender,
    settled,
    receipts,
    clock,
    newId,
  };

  const peopleSubscription = await consumePeople(bus, people);
  onStop(() => peopleSubscription.close());
  onStop(startCreationSweep(core, logger));
  const { MESSAGE_MAX_AGE_SECONDS: maxAge } = config;
  if (maxAge !== undefined) {
    const expiry = { ...core, ...timing, progress: createExpiryProgress(db) };
    const intervalMs = config.MESSAGE_EXPIRY_INTERVAL_SECONDS * 1000;
    onStop(startExpirySweep(expiry, { maxAgeMs: maxAge * 1000, intervalMs, logger }));
  }

  const { verifier } = await startUserAccess(context, config, bus);
  const tokens = createInternalTokens({ key: config.INTERNAL_TOKEN_KEY, service: 'chat' });
  const app = createApp({
    logger,
    routes: (express) => {
      express.use('/api/v1/channels', channelRoutes({ ...core, verifier }));
      express.use('/internal', internalRoutes({ ...core, tokens }));
    },
  });
  const server = await listen(app, config.HTTP_PORT);
  onStop(() => server.close());

  const management = await startManagementServer({
    logger,
    port: config.MANAGEMENT_PORT,
    registry,
    // Neither Redis nor RabbitMQ: without them sends are acknowledged all the same.
    checks: { mongodb: latched(() => checkSchema(db)) },
  });
  onStop(() => management.close());
  return { port: server.port, managementPort: management.port };
}
