import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ClusterAccess } from '../src/runtime/transport/access.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A plain HTTP server that answers as a test tells it to, and counts. */
export interface FakeServer {
  access: ClusterAccess;
  requests: IncomingMessage[];
  connections: () => number;
  answer: (how: Answer) => void;
  close(): Promise<void>;
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

export const startFakeServer = async (): Promise<FakeServer> => {
  let how: Answer = json(200, {});
  let connections = 0;
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    request.on('end', () => how(request, response));
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    access: { server: new URL(`http://127.0.0.1:${port}`), namespace: 'default' },
    requests,
    connections: () => connections,
    answer: (next) => {
      how = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
