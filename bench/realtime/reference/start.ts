import { fileURLToPath } from 'node:url';
import { accepts, freePort } from '@chatplatform/local/stores/network';
import { startServer as startProcess } from '@chatplatform/local/processes/server';
import { inspectable, type SocketHolder } from '../platform/socket-holder.ts';

const program = fileURLToPath(new URL('server.ts', import.meta.url));

export interface Reference {
  readonly servers: readonly SocketHolder[];
  readonly processes: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** As many bare Socket.IO servers as there are gateways. */
export async function startReference(options: {
  servers: number;
  redisUrl: string;
  dir: string;
}): Promise<Reference> {
  const servers: SocketHolder[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map(({ process }) => process.stop()));
  };
  try {
    for (let index = 0; index < options.servers; index += 1)
      servers.push(await startServer(`reference ${index + 1}`, options));
  } catch (error) {
    await stop();
    throw error;
  }
  return { servers, processes: new Map(servers.map(({ process: { name, pid } }) => [name, pid])), stop };
}

async function startServer(
  name: string,
  { redisUrl, dir }: { redisUrl: string; dir: string },
): Promise<SocketHolder> {
  const [port, inspectorPort] = [await freePort(), await freePort()];
  const server = await startProcess({
    name,
    command: process.execPath,
    args: [program],
    env: { PORT: String(port), REDIS_URL: redisUrl, ...inspectable(inspectorPort) },
    logFile: `${dir}/logs/reference.log`,
    ready: () => accepts(port),
  });
  return { url: `http://127.0.0.1:${port}`, process: server, inspectorPort };
}
