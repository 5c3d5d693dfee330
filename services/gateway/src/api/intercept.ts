import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const PATH = '/socket.io/';

export interface Interceptor {
  /** True: answered, and nobody else is to see it. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

/** Stands before everything that listens on the server so far, for what is meant for Socket.IO. */
export function intercept(server: HttpServer, interceptor: Interceptor): void {
  stand(server, 'request', (request, rest: [ServerResponse]) => interceptor.request(request, ...rest));
  stand(server, 'upgrade', (request, rest: [Duplex, Buffer]) => interceptor.upgrade(request, ...rest));
}

function stand<A extends unknown[]>(
  server: HttpServer,
  event: 'request' | 'upgrade',
  isTaken: (request: IncomingMessage, rest: A) => boolean,
): void {
  const behind = server.listeners(event) as ((request: IncomingMessage, ...rest: A) => void)[];
  server.removeAllListeners(event);
  server.on(event, (request: IncomingMessage, ...rest: unknown[]) => {
    if (request.url?.startsWith(PATH) === true && isTaken(request, rest as A)) return;
    for (const listener of behind) listener.call(server, request, ...(rest as A));
  });
}

/** The id of the connection that a request belongs to; undefined for one that opens a connection. */
export const connectionIdOf = ({ url = '' }: IncomingMessage): string | undefined =>
  /[?&]sid=([^&]*)/.exec(url)?.[1];
