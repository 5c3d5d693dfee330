import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { ClusterAccess } from '../src/runtime/transport/access.ts';

/**
 * What happens to a request: it passes, it gets no answer, its connection is cut before it arrives or before its
 * answer does, it gets this status, or it passes later.
 */
export type Fate =
  | 'pass'
  | 'swallow'
  | 'cut'
  | 'cut answer'
  | { status: number; retryAfterSeconds?: number }
  | { after: Promise<unknown> };

/** Stands between an operator and the API server, and does what bad networks and overloaded servers do. */
export interface ApiProxy {
  access: ClusterAccess;
  /** Every write that reached the API server: `PATCH /api/v1/...`. */
  writes: string[];
  /** Decides the fate of each new request. */
  decide(fate: (request: IncomingMessage) => Fate): void;
  /** From now on nothing more is delivered on connections that are open now, and nobody is told. */
  freeze(): void;
  /** Cuts all connections. */
  cut(): void;
  close(): Promise<void>;
}

export const startApiProxy = async (upstream: ClusterAccess): Promise<ApiProxy> => {
  const agent = new https.Agent({
    keepAlive: true,
    ...(upstream.ca !== undefined && { ca: upstream.ca }),
    ...(upstream.clientCertificate && {
      cert: upstream.clientCertificate.certificate,
      key: upstream.clientCertificate.key,
    }),
  });
  let fateOf: (request: IncomingMessage) => Fate = () => 'pass';
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  const writes: string[] = [];

  const forward = (request: IncomingMessage, response: ServerResponse, answered: boolean) => {
    const { method = 'GET', url = '/' } = request;
    if (method !== 'GET') writes.push(`${method} ${url}`);
    const onward = https.request(new URL(url, upstream.server), { method, headers: request.headers, agent });
    onward.on('response', (answer) => {
      if (!answered) {
        answer.resume();
        return request.socket.destroy();
      }
      if (!frozen.has(request.socket))
        response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
      answer.on('data', (chunk: Buffer) => frozen.has(request.socket) || response.write(chunk));
      answer.on('end', () => frozen.has(request.socket) || response.end());
      answer.on('error', () => request.socket.destroy());
    });
    onward.on('error', () => request.socket.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  };

  const refuse = (
    response: ServerResponse,
    { status, retryAfterSeconds }: Extract<Fate, { status: number }>,
  ) => {
    const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    response.writeHead(status, headers).end(http.STATUS_CODES[status]);
  };

  const server = createServer((request, response) => {
    const fate = frozen.has(request.socket) ? 'swallow' : fateOf(request);
    if (fate === 'pass' || fate === 'cut answer') forward(request, response, fate === 'pass');
    else if (fate === 'cut') request.socket.destroy();
    else if (fate === 'swallow') return;
    else if ('status' in fate) refuse(response, fate);
    else void fate.after.finally(() => forward(request, response, true));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    access: {
      server: new URL(`http://127.0.0.1:${port}`),
      namespace: upstream.namespace,
      ...(upstream.token && { token: upstream.token }),
    },
    writes,
    decide: (fate) => {
      fateOf = fate;
    },
    freeze: () => {
      for (const socket of sockets) frozen.add(socket);
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      agent.destroy();
      await once(server, 'close');
    },
  };
};
