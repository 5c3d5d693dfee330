import { Agent, request as httpRequest } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { createCounter } from '@chatplatform/kit/metrics';
import { connectionIdOf, intercept } from './intercept.ts';

export interface Peer {
  readonly host: string;
  readonly port: number;
}

export interface PeerIds {
  /** An id for a connection that this gateway is going to hold. */
  create(): string;
  /** The gateway that holds the connection; undefined when it is this one, and for an id that no gateway made. */
  otherOwner(id: string): Peer | undefined;
}

/** Set on what was passed on: it is answered where it arrives, come what may. */
const PASSED_ON = 'x-chatplatform-passed-on';

const passedOn = createCounter({
  name: 'gateway_requests_passed_on_total',
  help: 'Requests of long polling that another gateway had to answer.',
});

/**
 * Long polling is many requests, and all of one connection have to reach the gateway that holds it. Whatever stands in
 * front may spread them as it likes: the gateway that one reaches passes it on to the one that its id names.
 */
export function passOnToPeers(server: HttpServer, ids: PeerIds): () => void {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  const peerOf = (request: IncomingMessage): Peer | undefined => {
    const id = request.headers[PASSED_ON] === undefined ? connectionIdOf(request) : undefined;
    const peer = id === undefined ? undefined : ids.otherOwner(id);
    if (peer !== undefined) passedOn.inc();
    return peer;
  };
  intercept(server, {
    request(request, response) {
      const peer = peerOf(request);
      if (peer !== undefined) passRequest(request, response, { ...peer, agent });
      return peer !== undefined;
    },
    upgrade(request, socket, head) {
      const peer = peerOf(request);
      if (peer !== undefined) passUpgrade(request, { socket, head }, peer);
      return peer !== undefined;
    },
  });
  return () => agent.destroy();
}

function passRequest(
  request: IncomingMessage,
  response: ServerResponse,
  peer: Peer & { agent: Agent },
): void {
  const headers = { ...request.headers, [PASSED_ON]: '1' };
  const { method, url: path } = request;
  const passed = httpRequest({ ...peer, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => {
    if (response.headersSent) response.destroy();
    // As Socket.IO says it: the client connects anew.
    else response.writeHead(400, { 'content-type': 'application/json' }).end(UNKNOWN_CONNECTION);
  });
  response.on('close', () => passed.destroy());
  request.pipe(passed);
}

const UNKNOWN_CONNECTION = JSON.stringify({ code: 1, message: 'Session ID unknown' });

/** The upgrade of a connection that began with long polling. */
function passUpgrade(
  request: IncomingMessage,
  { socket, head }: { socket: Duplex; head: Buffer },
  { host, port }: Peer,
): void {
  const passed = connect(port, host);
  const end = (): void => {
    socket.destroy();
    passed.destroy();
  };
  for (const side of [socket, passed]) side.on('error', end).on('close', end);
  const { rawHeaders } = request;
  const lines = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1] ?? ''}`] : [],
  );
  passed.write(`GET ${request.url ?? ''} HTTP/1.1\r\n${[...lines, `${PASSED_ON}: 1`].join('\r\n')}\r\n\r\n`);
  passed.write(head);
  socket.pipe(passed).pipe(socket);
}
