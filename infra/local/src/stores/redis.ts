import { mkdir } from 'node:fs/promises';
import { accepts } from './network.ts';
import { startServer } from '../processes/server.ts';
import { libraryPath, type RunningStore, type StoreContext } from './store.ts';

export async function startRedis(context: StoreContext): Promise<RunningStore> {
  const dir = `${context.dir}/redis`;
  await mkdir(dir, { recursive: true });
  const port = await context.port(16379);
  const server = await startServer({
    name: 'redis',
    command: `${context.packages}/usr/bin/redis-server`,
    args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'],
    env: libraryPath(context.packages),
    logFile: `${context.dir}/logs/redis.log`,
    ready: () => accepts(port),
  });
  return { process: server, settings: { REDIS_URL: `redis://127.0.0.1:${port}` }, stop: () => server.stop() };
}
