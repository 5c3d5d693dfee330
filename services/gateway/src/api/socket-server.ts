import type { Server as HttpServer } from 'node:http';
import type { ServerFrames } from '@chatplatform/contracts/frames/socket';
import { Server } from 'socket.io';
import type { ServerOptions } from 'socket.io';
import { isAllowedOrigin } from '../core/domain/origins.ts';
import type { AllowedOrigins } from '../core/domain/origins.ts';
import type { ClientFramesUnchecked, SignalsUnchecked, SocketData } from './connections.ts';

export type SocketServer = Server<ClientFramesUnchecked, ServerFrames, SignalsUnchecked, SocketData>;

/** A text of 8000 characters, escaped and in UTF-8, with its attachments and mentions, fits. */
const MAX_FRAME_BYTES = 64 * 1024;

export function createSocketServer(
  server: HttpServer,
  { origins, adapter }: { origins: AllowedOrigins; adapter?: ServerOptions['adapter'] },
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
  // The first request would be kept as long as the connection lives.
  io.engine.on('connection', (connection: { request: unknown }) => {
    connection.request = null;
  });
  return io;
}
