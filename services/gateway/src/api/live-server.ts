import { gatewaySignals } from '@chatplatform/contracts/frames/gateway-signals';
import type { GatewaySignal, GatewaySignalName } from '@chatplatform/contracts/frames/gateway-signals';
import { toError } from '@chatplatform/kit/errors';
import type { Logger } from '@chatplatform/kit/logger';
import { createGauge } from '@chatplatform/kit/metrics';
import { changeMembership, joinChannels } from '../core/commands/join-channels.ts';
import { showArrival, showDeparture } from '../core/commands/show-presence.ts';
import type { ShowPresenceDeps } from '../core/commands/show-presence.ts';
import type { UpkeepPolicy } from '../core/domain/upkeep.ts';
import type { PresenceStore } from '../core/ports/presence-store.ts';
import { socketsOf } from './connections.ts';
import type { GatewaySocket } from './connections.ts';
import type { RevokedSessions } from '@chatplatform/kit/revoked-sessions';
import { drain } from './drain.ts';
import { handleFrame } from './frame-handler.ts';
import type { FrameHandlerDeps } from './frame-handler.ts';
import { handshake } from './handshake.ts';
import type { HandshakeDeps } from './handshake.ts';
import { closeSocketServer } from './socket-server.ts';
import type { SocketServer } from './socket-server.ts';
import { endSocket, keepUp } from './upkeep.ts';

export type LiveServerDeps = FrameHandlerDeps &
  HandshakeDeps &
  ShowPresenceDeps & {
    readonly logger: Logger;
    readonly presence: PresenceStore;
    readonly revoked: RevokedSessions;
    readonly policy: UpkeepPolicy;
    readonly drainWindowMs: number;
  };

export interface LiveServer {
  /**
   * Changes may have been missed: every connection's channels are read anew, and its client is told to sync.
   * @param userId whose connections only. Default: everybody's
   */
  refresh(userId?: string): void;
  /** The same is about to come: until then nobody hears anything, rather than what they must not. */
  hold(): void;
  /** Lets nobody in any more, ends all connections spread over time, closes. */
  stop(): Promise<void>;
}

const connections = createGauge({ name: 'gateway_connections', help: 'Connections held by this process.' });

const UPKEEP_INTERVAL_MS = 1_000;
/** Clients are given this long to take part in the closing of their connection. */
const CLOSING_MS = 1_000;
/** Reads under way at once while everybody's channels are read anew. */
const REFRESH_CONCURRENCY = 16;

/** The life of connections: who is let in, what is answered, what they hear of, how they end. */
export function runLiveServer(io: SocketServer, deps: LiveServerDeps): LiveServer {
  const namespace = io.of('/');
  const { logger } = deps;
  const attach = attachWith(deps);
  let refreshing = Promise.resolve();
  /** What the next round reads anew. */
  let stale = new Set<GatewaySocket>();
  /** How often changes may have been missed. */
  let misses = 0;
  /** Of connections that are being opened: `misses` before their channels were read. */
  const opening = new WeakMap<GatewaySocket, number>();
  const sockets = (): Iterable<GatewaySocket> => namespace.sockets.values();
  const count = (): number => io.engine.clientsCount;

  namespace.use((socket, next) => {
    opening.set(socket, misses);
    next();
  });
  namespace.use(handshake(deps));
  namespace.on('connection', (socket) => {
    attach(socket);
    // What was missed meanwhile may have concerned it, and it was not yet among those whose channels are read anew.
    if (opening.get(socket) !== misses) readAnew([socket]);
  });

  const onSignal = <S extends GatewaySignalName>(name: S, react: (body: GatewaySignal<S>) => void): void => {
    const hear = (body: unknown): void => {
      const signal = gatewaySignals[name].safeParse(body);
      // The catalogue pairs each name with its schema; TypeScript cannot follow the pairing through the lookup.
      if (signal.success) react(signal.data as GatewaySignal<S>);
      else logger.warn({ name }, 'ignored a malformed signal');
    };
    namespace.on<GatewaySignalName>(name, hear);
  };
  onSignal('member:added', (change) => changeMembership(deps, { ...change, member: true }));
  onSignal('member:removed', (change) => changeMembership(deps, { ...change, member: false }));
  onSignal('rooms:stale', ({ userId }) => refresh(userId));

  deps.revoked.onRevoked((sessionId) => {
    for (const socket of socketsOf(namespace, sessionId)) endSocket(socket, 'revoked');
  });

  const refreshOne = async (socket: GatewaySocket): Promise<void> => {
    try {
      await joinChannels(deps, socket.data.session);
      socket.emit('sync:required', { channelId: null });
    } catch (error) {
      // It may still be in the room of a channel it was removed from: it has to come back to be let in anew.
      logger.debug({ err: toError(error) }, 'rooms not refreshed, connection ended');
      socket.disconnect(true);
    }
  };
  const refreshStale = async (): Promise<void> => {
    const waiting = stale.values();
    stale = new Set();
    const worker = async (): Promise<void> => {
      for (const socket of waiting) if (socket.connected) await refreshOne(socket);
    };
    await Promise.all(Array.from({ length: REFRESH_CONCURRENCY }, worker));
  };
  /** Until it is known where they belong they hear nothing; they sync afterwards. */
  const leaveRooms = (missing: Iterable<GatewaySocket>): void => {
    for (const { id } of missing) deps.rooms.setChannels(id, []);
  };
  /** In rounds, so that of two readings of one connection the later one counts; a round serves all that ask before it begins. */
  const readAnew = (missing: readonly GatewaySocket[]): void => {
    leaveRooms(missing);
    if (stale.size === 0) refreshing = refreshing.then(refreshStale);
    for (const socket of missing) stale.add(socket);
  };
  const refresh = (userId?: string): void => {
    misses += 1;
    readAnew([...sockets()].filter(({ data }) => userId === undefined || data.session.userId === userId));
  };
  const hold = (): void => {
    misses += 1;
    leaveRooms(sockets());
  };

  const upkeep = setInterval(() => {
    connections.set(count());
    keepUp({ ...deps, sockets }).catch((error: unknown) =>
      logger.debug({ err: toError(error) }, 'presence not renewed'),
    );
  }, UPKEEP_INTERVAL_MS);

  return {
    refresh,
    hold,
    async stop() {
      deps.admission.drain();
      await drain([...sockets()], { windowMs: deps.drainWindowMs, pause: deps.pause });
      clearInterval(upkeep);
      await closeSocketServer(io, CLOSING_MS);
    },
  };
}

/** Everything that is bound to one connection; the listeners are shared by all of them, for there are many. */
function attachWith(deps: LiveServerDeps): (socket: GatewaySocket) => void {
  const presenceFailed = (error: unknown): void =>
    deps.logger.debug({ err: toError(error) }, 'presence not shown');
  function onDisconnect(this: GatewaySocket): void {
    showDeparture(deps, this.data.session).catch(presenceFailed);
  }
  function onFrame(this: GatewaySocket, name: string, ...args: unknown[]): void {
    const acknowledge = args.at(-1);
    void handleFrame(deps, this.data.session, name, args[0]).then((ack) => {
      if (typeof acknowledge === 'function') acknowledge(ack);
    });
  }
  return (socket) => {
    showArrival(deps, socket.data.session).catch(presenceFailed);
    socket.on('disconnect', onDisconnect);
    socket.onAny(onFrame);
  };
}
