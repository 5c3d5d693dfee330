import { availableParallelism } from 'node:os';
import { createInternalTokens } from '@chatplatform/kit/access';
import { systemClock } from '@chatplatform/kit/clock';
import { loadConfig } from '@chatplatform/kit/config';
import { connectEventBus, newEvent } from '@chatplatform/kit/events';
import { createApp, listen } from '@chatplatform/kit/http';
import { newId } from '@chatplatform/kit/ids';
import { startManagementServer } from '@chatplatform/kit/management';
import { registry } from '@chatplatform/kit/metrics';
import { createOutboxRelay } from '@chatplatform/kit/outbox';
import { startPeriodic } from '@chatplatform/kit/periodic';
import { runService } from '@chatplatform/kit/service';
import { authRoutes } from './api/routes.ts';
import { authConfig, firstAdmin } from './config.ts';
import { bootstrapAdmin } from './core/commands/bootstrap-admin.ts';
import { deleteExpired } from './core/commands/delete-expired.ts';
import { startAdminBootstrap } from './infrastructure/admin-bootstrap.ts';
import { createArgon2Hasher } from './infrastructure/argon2-hasher.ts';
import { createBoundedPool } from './infrastructure/bounded-pool.ts';
import { createEs256Tokens } from './infrastructure/es256-tokens.ts';
import { isLeakedPassword } from './infrastructure/leaked-passwords.ts';
import { refreshTokenFactory, sha256Hex } from './infrastructure/refresh-token-factory.ts';
import { openStores } from './infrastructure/stores.ts';

/** A verification takes some 30 ms a core: the last in the queue waits a second or two. */
const MAX_QUEUED_PASSWORD_WORK = 128;
const HOUR_MS = 3_600_000;

await runService('auth', async ({ logger, onStop }) => {
  const config = loadConfig(authConfig);
  const tokens = await createEs256Tokens({
    pem: config.JWT_SIGNING_KEY,
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
    ttlSeconds: config.ACCESS_TOKEN_TTL_SECONDS,
  });

  const bus = await connectEventBus({ url: config.AMQP_URL, service: 'auth', logger });
  onStop(() => bus.close());
  const stores = await openStores(config.SQL_ENGINE, {
    url: config.SQL_URL,
    onEventStored: (event) => relay.nudge([event]),
  });
  onStop(() => stores.close());
  const relay = createOutboxRelay({ store: stores.outbox, bus, logger });
  relay.start();
  onStop(() => relay.stop());

  const core = {
    ...stores,
    clock: systemClock,
    newId,
    newEvent,
    digest: sha256Hex,
    isLeakedPassword,
    hasher: await createArgon2Hasher(
      createBoundedPool({ concurrency: availableParallelism(), maxQueued: MAX_QUEUED_PASSWORD_WORK }),
    ),
    accessTokens: tokens,
    refreshTokens: refreshTokenFactory,
    refreshTokenTtlSeconds: config.REFRESH_TOKEN_TTL_SECONDS,
    accessTokenTtlSeconds: config.ACCESS_TOKEN_TTL_SECONDS,
    onReuse: (sessionId: string, accountId: string) =>
      logger.warn({ sessionId, accountId }, 'a used refresh token came back: its session was ended'),
  };

  const checks: Record<string, () => Promise<void>> = { database: () => stores.checkSchema() };
  const admin = firstAdmin(config);
  if (admin !== null) {
    const bootstrap = startAdminBootstrap({
      logger,
      retryMs: 1_000,
      bootstrap: () => bootstrapAdmin(admin, core),
    });
    onStop(() => bootstrap.stop());
    checks['administrator'] = () => bootstrap.check();
  }
  const sweep = startPeriodic({
    name: 'the sweep of expired sessions',
    logger,
    intervalMs: HOUR_MS,
    run: async () => {
      logger.info(await deleteExpired(core), 'expired sessions were deleted');
    },
  });
  onStop(() => sweep.stop());

  const internalTokens = createInternalTokens({ key: config.INTERNAL_TOKEN_KEY, service: 'auth' });
  const app = createApp({
    logger,
    routes: authRoutes({ core, verifier: tokens, internalTokens, keySet: tokens.keySet }),
  });
  const server = await listen(app, config.HTTP_PORT);
  onStop(() => server.close());
  const management = await startManagementServer({ port: config.MANAGEMENT_PORT, registry, checks, logger });
  onStop(() => management.close());
});
