import { subscriptions } from '@chatplatform/contracts/events/subscriptions';
import { systemClock } from '@chatplatform/kit/clock';
import { unavailable } from '@chatplatform/kit/errors';
import { connectEventBus } from '@chatplatform/kit/events';
import { createApp, listen } from '@chatplatform/kit/http';
import { startInboxPruning } from '@chatplatform/kit/inbox-pruning';
import { startManagementServer } from '@chatplatform/kit/management';
import { registry } from '@chatplatform/kit/metrics';
import { checkSchema, createPool, pruneInbox } from '@chatplatform/kit/postgres';
import type { ServiceContext } from '@chatplatform/kit/service';
import { startUserAccess } from '@chatplatform/kit/user-access';
import { analyticsRoutes } from './api/routes.ts';
import { influxOptions } from './config.ts';
import type { AnalyticsConfig } from './config.ts';
import { recordFacts } from './core/commands/record-facts.ts';
import type { Fact } from './core/domain/fact.ts';
import { factOf } from './infrastructure/event-facts.ts';
import { createGroupCommit } from './infrastructure/group-commit.ts';
import { openInflux } from './infrastructure/influx-connection.ts';
import { checkBucket, createInfluxSeries } from './infrastructure/influx-series.ts';
import { createPostgresFigures, migrations } from './infrastructure/postgres-figures.ts';

/** Events held at once, and so the largest group that is written together. */
const PREFETCH = 256;

/** Builds and starts everything; `context.name` names the queue. Returns the ports it listens on. */
export async function startAnalytics(
  context: ServiceContext,
  config: AnalyticsConfig,
): Promise<{ port: number; managementPort: number }> {
  const { logger } = context;
  const pool = createPool(config.POSTGRES_URL, { max: 5, applicationName: 'analytics' });
  context.onStop(() => pool.end());
  const pruning = startInboxPruning({
    prune: (before) => pruneInbox(pool, before),
    clock: systemClock,
    logger,
  });
  context.onStop(() => pruning.stop());

  const options = influxOptions(config);
  const influx = openInflux(options);
  const series = createInfluxSeries(influx, options);
  const figures = createPostgresFigures(pool);
  const commits = createGroupCommit<Fact>((facts) => recordFacts({ series, figures }, facts), PREFETCH);

  const bus = await connectEventBus({ url: config.AMQP_URL, service: context.name, logger });
  context.onStop(() => bus.close());
  await bus.consume({
    types: subscriptions.analytics,
    prefetch: PREFETCH,
    async handle(event) {
      const fact = factOf(event);
      if (fact !== null) await commits.add(fact);
    },
  });

  const { verifier } = await startUserAccess(context, config, bus);
  const app = createApp({
    logger,
    routes: (express) => {
      express.use('/api/v1/analytics', analyticsRoutes({ verifier, series, figures, clock: systemClock }));
    },
  });
  const server = await listen(app, config.HTTP_PORT);
  context.onStop(() => server.close());

  const management = await startManagementServer({
    logger,
    port: config.MANAGEMENT_PORT,
    registry,
    checks: {
      postgresql: () => checkSchema(pool, migrations),
      influxdb: () => checkBucket(influx, options),
      rabbitmq: async () => {
        if (!bus.healthy()) throw unavailable('broker.unavailable', 'not connected');
      },
    },
  });
  context.onStop(() => management.close());
  return { port: server.port, managementPort: management.port };
}
