import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { ClusterAccess } from '../src/runtime/transport/access.ts';

/** Passes bytes on, encrypted as they are, and counts the connections. */
export interface TcpProxy {
  access: ClusterAccess;
  /** Connections made so far. */
  connections(): number;
  close(): Promise<void>;
}

export const startTcpProxy = async (upstream: ClusterAccess): Promise<TcpProxy> => {
  const { hostname, port: upstreamPort } = upstream.server;
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const onward = connect(Number(upstreamPort), hostname);
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    access: { ...upstream, server: new URL(`https://127.0.0.1:${port}`) },
    connections: () => connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
