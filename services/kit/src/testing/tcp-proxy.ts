import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

export type TcpProxy = {
  readonly port: number;
  /** Ends every connection and refuses new ones, as a server that was killed does. */
  cut(): void;
  restore(): void;
  /** Swallows what the server answers, as a network that loses packets does. */
  muteServer(): void;
  /** The same from the moment a client has sent these bytes: what they ask for is done, and nobody hears of it. */
  muteServerOnce(sent: string): void;
  close(): Promise<void>;
};

/** A way to a real server that a test can break. */
export const startTcpProxy = async (host: string, port: number): Promise<TcpProxy> => {
  const sockets = new Set<Socket>();
  let down = false;
  let muted = false;
  let trigger: string | undefined;
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    if (down) {
      client.destroy();
      return;
    }
    const upstream = connect(port, host);
    track(client);
    track(upstream);
    client.on('data', (chunk) => {
      if (trigger !== undefined && chunk.includes(trigger)) muted = true;
    });
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      if (!muted) client.write(chunk);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const bound = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: bound,
    cut() {
      down = true;
      cut();
    },
    restore() {
      down = false;
      muted = false;
      trigger = undefined;
    },
    muteServer() {
      muted = true;
    },
    muteServerOnce(sent) {
      trigger = sent;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
};
