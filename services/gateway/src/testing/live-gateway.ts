import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { rooms } from '@chatplatform/contracts/frames/socket';
import type { Ack, ServerFrameName } from '@chatplatform/contracts/frames/socket';
import type { Channel } from '@chatplatform/contracts/http/chat';
import type { Principal } from '@chatplatform/kit/access';
import { unauthenticated } from '@chatplatform/kit/errors';
import { createLogger } from '@chatplatform/kit/logger';
import { io as connect } from 'socket.io-client';
import type { ManagerOptions, Socket as ClientSocket, SocketOptions } from 'socket.io-client';
import { BUFFER_LIMITS } from '../api/back-pressure.ts';
import type { BufferLimits } from '../api/back-pressure.ts';
import { createAudience, createRooms } from '../api/connections.ts';
import { runLiveServer } from '../api/live-server.ts';
import type { LiveServer, LiveServerDeps } from '../api/live-server.ts';
import { createSocketServer } from '../api/socket-server.ts';
import type { SocketServer } from '../api/socket-server.ts';
import { Admission } from '../core/domain/admission.ts';
import { MembershipChanges } from '../core/domain/membership-changes.ts';
import type { AllowedOrigins } from '../core/domain/origins.ts';
import { People } from '../core/domain/people.ts';
import type { Chat } from '../core/ports/chat.ts';

/** A token of the tests says whose it is: `<userId>/<sessionId>/<expires at, ms>`. */
export const tokenOf = (userId: string, { sessionId = 'session', lifetimeMs = 60_000 } = {}): string =>
  `${userId}/${sessionId}/${Date.now() + lifetimeMs}`;

const verify = async (token: string): Promise<Principal> => {
  const [userId = '', sessionId = '', expiry = ''] = token.split('/');
  if (expiry === '') throw unauthenticated('token.invalid', 'The access token is not valid.');
  return { userId, sessionId, username: 'someone', roles: [], expiresAt: new Date(Number(expiry)) };
};

/** A chat service that knows these channels, takes read marks, and refuses everything else by rejecting. */
export const chatWith = (channels: readonly Channel[], more: Partial<Chat> = {}): Chat => ({
  channels: async () => [...channels],
  channel: async (_token, channelId) => {
    const found = channels.find(({ id }) => id === channelId);
    if (found === undefined) throw new Error('not expected');
    return found;
  },
  ask: async (_token, name, frame) => {
    if (name === 'channel:read' && 'seq' in frame) return { seq: frame.seq } as never;
    throw new Error('not expected');
  },
  memberIds: async () => [],
  ...more,
});

export interface LiveGateway {
  readonly url: string;
  readonly server: Server;
  readonly io: SocketServer;
  readonly live: LiveServer;
  readonly people: People;
  /** Connections that hear the channel. */
  inRoom(channelId: string): number;
  /** Ends every client first. */
  stop(): Promise<void>;
  client(token: unknown, options?: Partial<ManagerOptions & SocketOptions>): Client;
}

export interface Client {
  readonly socket: ClientSocket;
  readonly frames: { readonly name: ServerFrameName; readonly body: unknown }[];
  received(name: ServerFrameName): unknown[];
  /** Resolves connected; rejects with the error that carries the problem. */
  connected(): Promise<void>;
  request(name: string, body: unknown): Promise<Ack<unknown>>;
}

/** One gateway process without Redis: what it does by itself. */
export async function startLiveGateway(
  chat: Chat,
  {
    origins = new Set(['https://chat.example.org']),
    maxConnections = 100,
    buffers = BUFFER_LIMITS,
    ...more
  }: Partial<LiveServerDeps> & {
    origins?: AllowedOrigins;
    maxConnections?: number;
    buffers?: BufferLimits;
  } = {},
): Promise<LiveGateway> {
  const server = createServer();
  const admission = new Admission(maxConnections);
  const people = new People(50);
  const io = createSocketServer(server, { origins, admission, buffers });
  const namespace = io.of('/');
  const live = runLiveServer(io, {
    logger: createLogger({ service: 'gateway-test', level: 'silent' }),
    chat,
    verifier: { verify },
    verifyToken: verify,
    revoked: { has: () => false, onRevoked: () => undefined },
    presence: {
      put: async () => ({ before: false, after: true }),
      renew: async () => undefined,
      remove: async () => ({ before: true, after: false }),
      connectedAmong: async () => new Set(),
      shownAmong: async () => new Set(),
    },
    clock: { now: () => new Date() },
    // Does not keep the test process: the grace after a departure outlasts most tests.
    pause: (milliseconds) => sleep(milliseconds, undefined, { ref: false }),
    random: Math.random,
    audience: createAudience(namespace),
    rooms: createRooms(namespace),
    changes: new MembershipChanges(),
    admission,
    people,
    policy: { tokenGraceMs: 200 },
    drainWindowMs: 300,
    ...more,
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const clients: ClientSocket[] = [];
  return {
    url,
    server,
    io,
    live,
    people,
    inRoom: (channelId) => namespace.adapter.rooms.get(rooms.channel(channelId))?.size ?? 0,
    client: (token, options = {}) => {
      const client = startClient(url, token, options);
      clients.push(client.socket);
      return client;
    },
    stop: async () => {
      for (const client of clients) client.disconnect();
      await live.stop();
    },
  };
}

export function startClient(
  url: string,
  token: unknown,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Client {
  const socket = connect(url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { token },
    ...options,
  });
  const frames: { name: ServerFrameName; body: unknown }[] = [];
  socket.onAny((name: ServerFrameName, body: unknown) => frames.push({ name, body }));
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  connected.catch(() => undefined);
  return {
    socket,
    frames,
    received: (wanted) => frames.filter(({ name }) => name === wanted).map(({ body }) => body),
    connected: () => connected,
    request: async (name, body) => (await socket.timeout(20_000).emitWithAck(name, body)) as Ack<unknown>,
  };
}
