import { fileURLToPath } from 'node:url';
import { accepts, freePort } from '@chatplatform/local/stores/network';
import { type RunningProcess, startProcess } from '@chatplatform/local/stores/process';

const program = fileURLToPath(new URL('server.ts', import.meta.url));

export interface Reference {
  readonly urls: readonly string[];
  readonly processes: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** As many bare Socket.IO servers as there are gateways. */
export async function startReference(options: {
  servers: number;
  redisUrl: string;
  dir: string;
}): Promise<Reference> {
  const running: RunningProcess[] = [];
  const urls: string[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((server) => server.stop()));
  };
  try {
    for (let index = 0; index < options.servers; index += 1) {
      const port = await freePort();
      running.push(
        await startProcess({
          name: `reference ${index + 1}`,
          command: process.execPath,
          args: [program],
          env: { PORT: String(port), REDIS_URL: options.redisUrl },
          logFile: `${options.dir}/logs/reference.log`,
          ready: () => accepts(port),
        }),
      );
      urls.push(`http://127.0.0.1:${port}`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, processes: new Map(running.map(({ name, pid }) => [name, pid])), stop };
}
