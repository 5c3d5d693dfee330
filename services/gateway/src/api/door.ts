import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { DomainError } from '@chatplatform/kit/errors';
import { createCounter } from '@chatplatform/kit/metrics';
import { problemOf } from '@chatplatform/kit/problem';
import { connectionIdOf, intercept } from './intercept.ts';

const refused = createCounter({
  name: 'gateway_handshakes_refused_total',
  help: 'Connections that were refused before they were opened, by reason.',
  labelNames: ['reason'],
});

/**
 * Says no (503, `Retry-After`, problem details) before a connection costs a WebSocket, a session and a verified token.
 * What belongs to an open connection always passes.
 */
export function guardDoor(server: HttpServer, refusal: () => DomainError | undefined): void {
  const refusalOf = (request: IncomingMessage): DomainError | undefined => {
    const error = connectionIdOf(request) === undefined ? refusal() : undefined;
    if (error !== undefined) refused.inc({ reason: error.code });
    return error;
  };
  intercept(server, {
    request(request, response) {
      const error = refusalOf(request);
      if (error === undefined) return false;
      const { headers, body } = answerOf(error);
      response.writeHead(503, headers).end(body);
      return true;
    },
    upgrade(request, socket) {
      const error = refusalOf(request);
      if (error === undefined) return false;
      const { headers, body } = answerOf(error);
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.on('error', () => socket.destroy());
      socket.end(`HTTP/1.1 503 Service Unavailable\r\n${lines.join('')}\r\n${body}`);
      return true;
    },
  });
}

function answerOf(error: DomainError): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(problemOf(error));
  return {
    body,
    headers: {
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      'retry-after': String(error.retryAfterSeconds ?? 1),
      connection: 'close',
    },
  };
}
