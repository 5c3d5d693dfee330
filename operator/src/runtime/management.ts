import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface ManagementServerOptions {
  /** 0 = any free one. */
  port: number;
  registry: Registry;
  /** Named conditions, all of which must hold. */
  live: Record<string, () => boolean>;
  ready: Record<string, () => boolean>;
}

export interface ManagementServer {
  port: number;
  close(): Promise<void>;
}

const report = (response: ServerResponse, checks: Record<string, () => boolean>): void => {
  const results = Object.entries(checks).map(([name, holds]) => ({ name, ok: holds() }));
  const lines = results.map(({ name, ok }) => `${ok ? '[+]' : '[-]'} ${name}\n`);
  response.writeHead(results.every(({ ok }) => ok) ? 200 : 503, { 'content-type': 'text/plain' });
  response.end(lines.join('') || 'ok\n');
};

/** `/livez`, `/readyz` and `/metrics`, for the kubelet and Prometheus only. */
export const startManagementServer = async (options: ManagementServerOptions): Promise<ManagementServer> => {
  const { registry, live, ready } = options;
  const metrics = async (response: ServerResponse) => {
    try {
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  };
  const route = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.split('?')[0];
    if (path === '/livez') report(response, live);
    else if (path === '/readyz') report(response, ready);
    else if (path === '/metrics') void metrics(response);
    else response.writeHead(404).end();
  };
  const server = createServer(route);
  server.listen(options.port);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
