import { setTimeout as pause } from 'node:timers/promises';
import { createInternalTokens } from '@chatplatform/kit/access';
import { systemClock } from '@chatplatform/kit/clock';
import { unavailable } from '@chatplatform/kit/errors';
import { connectEventBus } from '@chatplatform/kit/events';
import { createApp, listen } from '@chatplatform/kit/http';
import { startManagementServer } from '@chatplatform/kit/management';
import { createCounter, registry } from '@chatplatform/kit/metrics';
import { startRedis, stopRedis, withoutRejections } from '@chatplatform/kit/redis';
import type { ServiceContext } from '@chatplatform/kit/service';
import { startUserAccess } from '@chatplatform/kit/user-access';
import { createAdapter } from '@socket.io/redis-adapter';
import { BUFFER_LIMITS } from './api/back-pressure.ts';
import { createAudience, createRooms } from './api/connections.ts';
import { internalRoutes } from './api/internal-routes.ts';
import { liveRoutes } from './api/live-routes.ts';
import { runLiveServer } from './api/live-server.ts';
import { passOnToPeers } from './api/peers.ts';
import { createSocketServer } from './api/socket-server.ts';
import { allowedOrigins } from './config.ts';
import type { GatewayConfig } from './config.ts';
import { liveWithoutConnection } from './core/commands/live-without-connection.ts';
import { Admission } from './core/domain/admission.ts';
import { MembershipChanges } from './core/domain/membership-changes.ts';
import { People } from './core/domain/people.ts';
import type { Audience } from './core/ports/audience.ts';
import { createChatClient } from './infrastructure/chat-client.ts';
import { createPeerIds, ownAddress } from './infrastructure/peer-ids.ts';
import { createRedisPresence } from './infrastructure/redis-presence.ts';

const adapterFailures = createCounter({
  name: 'gateway_adapter_failures_total',
  help: 'Commands of the Socket.IO adapter that did not reach Redis.',
});

/** Builds and starts everything. Returns the ports it listens on. */
export async function startGateway(
  context: ServiceContext,
  config: GatewayConfig,
): Promise<{ port: number; managementPort: number }> {
  const { logger } = context;
  const onStop = context.onStop.bind(context);
  const clock = systemClock;
  const wait = (milliseconds: number): Promise<void> => pause(milliseconds);

  const redis = startRedis({ url: config.REDIS_URL, logger });
  onStop(() => stopRedis(redis));
  const subscriber = startRedis({ url: config.REDIS_URL, logger, queueWhileAway: true });
  onStop(() => stopRedis(subscriber));
  const chat = createChatClient({ url: config.CHAT_URL, pause: wait, random: Math.random });
  onStop(() => chat.close());

  const bus = await connectEventBus({ url: config.AMQP_URL, service: context.name, logger });
  onStop(() => bus.close());
  const { verifier, revoked } = await startUserAccess(context, config, bus, { rememberedTokens: 0 });
  const tokens = createInternalTokens({ key: config.INTERNAL_TOKEN_KEY, service: context.name });
  const presence = createRedisPresence(redis, clock);
  const app = createApp({
    logger,
    routes: (express) => {
      const told: Audience['typing'] = (from, change) => audience.typing(from, change);
      const calls = liveWithoutConnection({ chat, presence, clock, audience: { typing: told } });
      express.use('/api/v1/live', liveRoutes({ verifier, live: calls }));
      express.use('/internal', internalRoutes({ tokens, presence }));
    },
  });
  const server = await listen(app, config.HTTP_PORT);
  onStop(() => server.close());

  const adapterFailed = (): void => adapterFailures.inc();
  const admission = new Admission(config.MAX_CONNECTIONS);
  const io = createSocketServer(server.server, {
    origins: allowedOrigins(config),
    admission,
    buffers: BUFFER_LIMITS,
    adapter: createAdapter(
      withoutRejections(redis, adapterFailed),
      // The first time this follows the connection, later it comes with it.
      withoutRejections(subscriber, adapterFailed, () => live.refresh()),
    ),
  });
  const host = config.PEER_HOST ?? ownAddress();
  if (host !== undefined) {
    const ids = createPeerIds({ self: `${host}:${server.port}`, key: config.INTERNAL_TOKEN_KEY });
    io.engine.generateId = () => ids.create();
    onStop(passOnToPeers(server.server, ids));
  }
  const namespace = io.of('/');
  const audience = createAudience(namespace);
  const live = runLiveServer(io, {
    logger,
    chat,
    verifier,
    presence,
    clock,
    pause: wait,
    random: Math.random,
    audience,
    rooms: createRooms(namespace),
    changes: new MembershipChanges(),
    verifyToken: (token) => verifier.verify(token),
    revoked,
    admission,
    people: new People(config.MAX_CONNECTIONS_PER_PERSON),
    policy: { tokenGraceMs: config.TOKEN_GRACE_SECONDS * 1000 },
    drainWindowMs: Math.min(config.DRAIN_SECONDS, config.SHUTDOWN_GRACE_SECONDS / 2) * 1000,
  });
  onStop(() => live.stop());
  // What was published while there was no connection is gone. Messages may come before the client says that it is ready.
  subscriber.on('connect', () => live.hold());
  subscriber.on('ready', () => live.refresh());

  const management = await startManagementServer({
    logger,
    port: config.MANAGEMENT_PORT,
    registry,
    // Neither Redis, the broker nor the chat service: connections stay, and their clients are told what cannot be done.
    checks: {
      connections: async () => {
        if (admission.draining) throw unavailable('gateway.draining', 'draining');
      },
    },
  });
  onStop(() => management.close());
  return { port: server.port, managementPort: management.port };
}
