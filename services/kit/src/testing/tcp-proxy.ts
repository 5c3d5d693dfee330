import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export type TcpProxy = {
  readonly port: number;
  /** Ends every connection and refuses new ones, as a server that was killed does. */
  cut(): void;
  /** Everything as it was. */
  restore(): void;
  /** Swallows what the server answers, as a network that loses packets does. */
  muteServer(): void;
  /** The same from the moment a client has sent these bytes: what they ask for is done, and nobody hears of it. */
  muteServerOnce(sent: string): void;
  /** Swallows everything in both directions and keeps connections open, as a network that fell silent does. */
  blackhole(): void;
  /** Connections lead to this port from now on; those that are open end. */
  redirect(port: number): void;
  /** Everything takes this much longer, in ms, in each direction. */
  delay(milliseconds: number): void;
  /**
   * Resolves when these bytes come by. From then on the proxy is a black hole; they themselves still pass, or not.
   * What is split over several packets is not seen.
   */
  tripwire(wire: Tripwire): Promise<void>;
  close(): Promise<void>;
};

export type Tripwire = {
  readonly from: 'client' | 'server';
  readonly containing: string;
  readonly passes: boolean;
};

type ArmedWire = Tripwire & { readonly resolve: () => void };

/** A way to a real server that a test can break. */
export const startTcpProxy = async (host: string, port: number): Promise<TcpProxy> => {
  const sockets = new Set<Socket>();
  let target = port;
  let down = false;
  let muted = false;
  let silent = false;
  let delayMs = 0;
  let trigger: string | undefined;
  let wires: ArmedWire[] = [];
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  /** Whether this chunk may go on. */
  const passes = (from: 'client' | 'server', chunk: Buffer): boolean => {
    if (silent || (from === 'server' && muted)) return false;
    const tripped = wires.find((wire) => wire.from === from && chunk.includes(wire.containing));
    if (tripped === undefined) return true;
    wires = wires.filter((wire) => wire !== tripped);
    silent = true;
    tripped.resolve();
    return tripped.passes;
  };
  const carry = (from: 'client' | 'server', to: Socket): ((chunk: Buffer) => void) => {
    let late = 0;
    let turn: Promise<unknown> = Promise.resolve();
    return (chunk) => {
      if (!passes(from, chunk)) return;
      if (delayMs === 0 && late === 0) {
        to.write(chunk);
        return;
      }
      // Also what comes when the delay is over waits behind what is still on its way: a connection keeps its order.
      const arrives = pause(delayMs);
      late += 1;
      turn = turn
        .then(() => arrives)
        .then(() => {
          late -= 1;
          to.write(chunk);
        });
    };
  };
  const server = createServer((client) => {
    if (down) {
      client.destroy();
      return;
    }
    const upstream = connect(target, host);
    track(client);
    track(upstream);
    const [toServer, toClient] = [carry('client', upstream), carry('server', client)];
    client.on('data', (chunk) => {
      if (trigger !== undefined && chunk.includes(trigger)) muted = true;
      toServer(chunk);
    });
    upstream.on('data', toClient);
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
      // What was swallowed is missing in the middle of its connection: none of them can go on.
      if (silent) cut();
      down = false;
      muted = false;
      silent = false;
      delayMs = 0;
      trigger = undefined;
      wires = [];
    },
    muteServer() {
      muted = true;
    },
    muteServerOnce(sent) {
      trigger = sent;
    },
    blackhole() {
      silent = true;
    },
    redirect(to) {
      target = to;
      cut();
    },
    delay(milliseconds) {
      delayMs = milliseconds;
    },
    tripwire: (wire) => new Promise((resolve) => wires.push({ ...wire, resolve })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
};
