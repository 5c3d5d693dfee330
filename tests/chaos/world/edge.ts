import { createServer, type IncomingMessage, request as ask, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TokenResponse } from '@chatplatform/contracts/http/auth';
import type { TokenIssuer } from '@chatplatform/kit/testing/access-tokens';

export interface EdgeOptions {
  /** Ports of the chat service's and the gateway's Pods. One that does not answer is passed over. */
  readonly chat: readonly number[];
  readonly gateway: readonly number[];
  readonly issuer: TokenIssuer;
  readonly tokenLifetimeSeconds: number;
}

export interface Edge {
  readonly port: number;
  close(): void;
}

/**
 * Stands for nginx and the auth service: requests go to the Pods in turn, `/socket.io` to a gateway. Whoever signs in is
 * whom they say they are: passwords are not what is tried here.
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((incoming, response) => {
    if (incoming.url?.startsWith('/api/v1/auth/')) void signIn(options, incoming, response);
    else forward(incoming, response, inTurn(options.chat, (turn += 1)));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (incoming: IncomingMessage, client: Socket, head: Buffer) =>
    upgrade(incoming, client, head, inTurn(options.gateway, (turn += 1))),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const inTurn = (ports: readonly number[], turn: number): number[] =>
  ports.map((_, index) => ports[(turn + index) % ports.length] ?? 0);

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function signIn(
  options: EdgeOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = JSON.parse((await bodyOf(incoming)).toString()) as { login?: string; refreshToken?: string };
  const userId = body.login ?? body.refreshToken ?? '';
  const lifetimeSeconds = options.tokenLifetimeSeconds;
  const answer: TokenResponse = {
    accessToken: await options.issuer.issue({ userId, sessionId: userId, lifetimeSeconds }),
    refreshToken: userId,
    expiresInSeconds: lifetimeSeconds,
    account: {
      id: userId,
      email: 'a@people.example',
      username: 'a',
      displayName: 'A',
      roles: [],
      createdAt: '',
    },
  };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
}

/** The next Pod is tried when one refuses the connection; a request that was sent is never sent again. */
function forward(incoming: IncomingMessage, response: ServerResponse, [port, ...others]: number[]): void {
  if (port === undefined) {
    response.writeHead(502).end();
    return;
  }
  const { method, url, headers } = incoming;
  const upstream = ask({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => response.destroy()).pipe(response);
  });
  upstream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED' && incoming.readableDidRead === false)
      forward(incoming, response, others);
    else if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  upstream.on('socket', (socket) => {
    if (socket.connecting) socket.once('connect', () => incoming.pipe(upstream));
    else incoming.pipe(upstream);
  });
}

function upgrade(incoming: IncomingMessage, client: Socket, head: Buffer, [port, ...others]: number[]): void {
  client.on('error', () => client.destroy());
  if (port === undefined) {
    client.destroy();
    return;
  }
  const upstream = connect(port, '127.0.0.1');
  let connected = false;
  upstream.on('error', () => {
    if (connected) client.destroy();
    else upgrade(incoming, client, head, others);
  });
  upstream.once('connect', () => {
    connected = true;
    const headers = incoming.rawHeaders.reduce(
      (lines, part, index) => lines + (index % 2 === 0 ? `${part}: ` : `${part}\r\n`),
      '',
    );
    upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers}\r\n`);
    upstream.write(head);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
}
