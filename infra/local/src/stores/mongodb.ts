import { mkdir } from 'node:fs/promises';
import type { ProgramCommand } from '../artifacts/index.ts';
import { accepts } from './network.ts';
import { startServer } from '../processes/server.ts';
import type { RunningStore, StoreContext } from './store.ts';

const USERNAME = 'root';
const PASSWORD = 'chatplatform';

/** A server that speaks MongoDB's protocol: infra/local/images/mongodb says what it is and is not. */
export async function startMongodb(context: StoreContext, mongod: ProgramCommand): Promise<RunningStore> {
  const dir = `${context.dir}/mongodb`;
  await mkdir(dir, { recursive: true });
  const port = await context.port(17017);
  const server = await startServer({
    name: 'mongodb',
    command: mongod.command,
    args: [...mongod.args, '--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', dir],
    env: { MONGO_INITDB_ROOT_USERNAME: USERNAME, MONGO_INITDB_ROOT_PASSWORD: PASSWORD },
    logFile: `${context.dir}/logs/mongodb.log`,
    ready: () => accepts(port),
  });
  return {
    process: server,
    settings: { MONGODB_URL: `mongodb://${USERNAME}:${PASSWORD}@127.0.0.1:${port}/?authSource=admin` },
    stop: () => server.stop(),
  };
}
