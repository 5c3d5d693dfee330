import { createServer } from 'node:http';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import type { ServerOptions } from 'socket.io';

/**
 * One Socket.IO process of the comparison: holds sockets in the rooms they ask for, or publishes to rooms. Told what to do by its
 * parent: `node node.ts <classic|sharded|streams> <redis url>`.
 */
export type AdapterName = 'classic' | 'sharded' | 'streams';
export type Order =
  | { readonly do: 'publish'; readonly rooms: number; readonly perSecond: number; readonly seconds: number }
  | { readonly do: 'measure' };
export type Report =
  | { readonly port: number }
  | { readonly published: number }
  | { readonly cpuMs: number; readonly rssMiB: number };

const [, , adapterName = 'classic', redisUrl = ''] = process.argv;
const publisher = createClient({ url: redisUrl });
const subscriber = publisher.duplicate();
for (const client of [publisher, subscriber]) client.on('error', () => undefined);
await Promise.all([publisher.connect(), subscriber.connect()]);

/** Prefixes of their own, so that what others do on the same Redis is not heard. */
const adapters: Readonly<Record<string, () => ServerOptions['adapter']>> = {
  classic: () => createAdapter(publisher, subscriber, { key: 'adapter-bench' }) as ServerOptions['adapter'],
  sharded: () =>
    createShardedAdapter(publisher, subscriber, {
      channelPrefix: 'adapter-bench',
      subscriptionMode: 'dynamic',
    }) as ServerOptions['adapter'],
  streams: () =>
    createStreamsAdapter(publisher, {
      streamName: 'adapter-bench',
      onlyPlaintext: true,
    }) as ServerOptions['adapter'],
};

const server = createServer();
const io = new Server(server, {
  adapter: adapters[adapterName]?.(),
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: false,
} as Partial<ServerOptions>);
io.on('connection', (socket) => {
  void socket.join((socket.handshake.auth as { rooms: string[] }).rooms);
});

const TICK_MS = 10;
const TEXT = 'x'.repeat(400);

async function publish({ rooms, perSecond, seconds }: Extract<Order, { do: 'publish' }>): Promise<number> {
  let sent = 0;
  const startedAt = performance.now();
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - startedAt) {
    for (const due = (elapsed / 1000) * perSecond; sent < due; sent += 1)
      io.to(`room-${sent % rooms}`).emit('message', { at: Date.now(), sent, text: TEXT });
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return sent;
}

let last = process.cpuUsage();
process.on('message', (order: Order) => {
  if (order.do === 'measure') {
    const used = process.cpuUsage(last);
    last = process.cpuUsage();
    process.send?.({ cpuMs: (used.user + used.system) / 1000, rssMiB: process.memoryUsage().rss / 2 ** 20 });
  } else void publish(order).then((published) => process.send?.({ published }));
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 });
});
