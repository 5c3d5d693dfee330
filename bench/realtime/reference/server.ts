import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';

/**
 * Bare Socket.IO with the Redis adapter: everybody is in one room, a message goes to all of them, nothing is checked and
 * nothing is stored. Frames, their size and the server's options are those of the gateway.
 *
 *     PORT=... REDIS_URL=... node server.ts
 */
interface Send {
  readonly channelId: string;
  readonly message: { readonly clientMessageId: string; readonly text: string };
}

const publisher = createClient({ url: process.env['REDIS_URL'] ?? '' });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const server = createServer();
const io = new Server(server, {
  // A prefix of its own: the gateways listen to the same Redis.
  adapter: createAdapter(publisher, subscriber, { key: 'reference' }),
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: false,
});
const ROOM = 'everybody';
let seq = 0;

io.on('connection', (socket) => {
  void socket.join(ROOM);
  socket.on('message:send', ({ channelId, message }: Send, acknowledge: (ack: object) => void) => {
    seq += 1;
    const result = {
      id: `${channelId}:${seq}`,
      channelId,
      seq,
      senderId: channelId,
      clientMessageId: message.clientMessageId,
      text: message.text,
      attachments: [],
      mentions: [],
      createdAt: new Date().toISOString(),
    };
    io.to(ROOM).emit('message:created', result);
    acknowledge({ ok: true, result });
  });
});

server.listen(Number(process.env['PORT']), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
