import { ServerResponse } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import type { ServerFrames } from '@chatplatform/contracts/frames/socket';
import { Server } from 'socket.io';
import type { ServerOptions } from 'socket.io';
import { isAllowedOrigin } from '../core/domain/origins.ts';
import type { AllowedOrigins } from '../core/domain/origins.ts';
import type { Admission } from '../core/domain/admission.ts';
import { boundBuffers } from './back-pressure.ts';
import type { BufferedConnection, BufferLimits } from './back-pressure.ts';
import type { ClientFramesUnchecked, SignalsUnchecked, SocketData } from './connections.ts';
import { guardDoor } from './door.ts';
import { shareWrites } from './shared-writes.ts';
import type { FlushedConnection } from './shared-writes.ts';

export type SocketServer = Server<ClientFramesUnchecked, ServerFrames, SignalsUnchecked, SocketData>;

/**
 * As large as an HTTP body may be. Far more than any valid frame, so that what somebody pasted is answered with the field
 * that is too long; only what is larger ends the connection (WebSocket close code 1009).
 */
const MAX_FRAME_BYTES = 256 * 1024;

/**
 * Ends the server, politely at first: a client that does not take part in the closing handshake would hold it for
 * half a minute.
 */
export async function closeSocketServer(io: SocketServer, politeMs: number): Promise<void> {
  const closed = io.close();
  const timer = setTimeout(() => {
    for (const connection of connectionsOf.get(io) ?? []) connection.destroy();
  }, politeMs);
  await closed;
  clearTimeout(timer);
}

const connectionsOf = new WeakMap<SocketServer, Set<Socket>>();

function trackConnections(server: HttpServer): Set<Socket> {
  const connections = new Set<Socket>();
  server.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  return connections;
}

export interface SocketServerOptions {
  readonly origins: AllowedOrigins;
  readonly admission: Admission;
  readonly buffers: BufferLimits;
  /** @default that of one process */
  readonly adapter?: ServerOptions['adapter'];
}

export function createSocketServer(
  server: HttpServer,
  { origins, admission, buffers, adapter }: SocketServerOptions,
): SocketServer {
  const io: SocketServer = new Server(server, {
    ...(adapter === undefined ? {} : { adapter }),
    transports: ['websocket', 'polling'],
    serveClient: false,
    maxHttpBufferSize: MAX_FRAME_BYTES,
    // Costs memory a connection and CPU a frame, and gains little on frames this small.
    perMessageDeflate: false,
    connectTimeout: 10_000,
    pingInterval: 25_000,
    pingTimeout: 20_000,
    cors: { origin: origins === '*' ? '*' : [...origins] },
    // CORS does not hold for WebSocket: a page of any site could open one.
    allowRequest: (request, decide) => {
      const { origin, host } = request.headers;
      if (isAllowedOrigin(origins, { origin, host })) decide(null, true);
      else decide('origin not allowed', false);
    },
  });
  connectionsOf.set(io, trackConnections(server));
  guardDoor(server, () => admission.refusal(io.engine.clientsCount));
  // Engine.IO's stand-in for the response to an upgrade listens until the connection closes, and would keep the request as long.
  io.engine.use((_request: unknown, response: { req: unknown }, next: () => void) => {
    next();
    if (!(response instanceof ServerResponse)) response.req = null;
  });
  const bound = boundBuffers(buffers);
  io.engine.on('connection', (connection: BufferedConnection & FlushedConnection & { request: unknown }) => {
    bound(connection);
    shareWrites(connection);
    // The first request would be kept as long as the connection lives.
    connection.request = null;
  });
  return io;
}
