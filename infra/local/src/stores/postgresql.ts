import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { run, tryRun } from '../launcher/run.ts';
import { startServer } from '../processes/server.ts';
import { isRoot, libraryPath, NOBODY, type RunningStore, type StoreContext } from './store.ts';

const PASSWORD = 'chatplatform';
/** The services' databases; each is owned by a role of the same name, as in a platform on Kubernetes. */
const DATABASES = ['auth', 'analytics'];

/** PostgreSQL refuses to run as root: there it runs as `nobody`. */
export async function startPostgresql(context: StoreContext): Promise<RunningStore> {
  const dir = `${context.dir}/postgresql`;
  const data = `${dir}/data`;
  const bin = await binaries(context.packages);
  const env = libraryPath(context.packages);
  const uid = isRoot() ? NOBODY : undefined;
  await mkdir(dir, { recursive: true, mode: 0o755 });
  if (uid !== undefined) await chown(dir, uid, uid);
  if (!existsSync(`${data}/PG_VERSION`)) await initialise({ bin, data, dir, env, uid });
  const port = await context.port(15432);
  const server = await startServer({
    name: 'postgresql',
    command: `${bin}/postgres`,
    args: [
      '-D',
      data,
      '-p',
      String(port),
      '-k',
      dir,
      '-h',
      '127.0.0.1',
      '-c',
      'shared_buffers=64MB',
      '-c',
      'max_connections=200',
    ],
    env,
    logFile: `${context.dir}/logs/postgresql.log`,
    ...(uid === undefined ? {} : { uid }),
    // It accepts connections before it takes them: while it recovers from a crash it refuses each one.
    ready: () =>
      tryRun(`${bin}/pg_isready`, ['-q', '-h', '127.0.0.1', '-p', String(port)], { env }).then(
        ({ code }) => code === 0,
      ),
    // SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client.
    stopSignal: 'SIGINT',
  });
  const psql = async (sql: string, database = 'postgres') => {
    const url = `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${database}`;
    const stdout = await run(`${bin}/psql`, ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql, url], {
      env: { ...process.env, ...env },
    });
    return stdout.trim();
  };
  await createDatabases(psql).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  const url = (database: string) => `postgres://${database}:${PASSWORD}@127.0.0.1:${port}/${database}`;
  return {
    process: server,
    settings: {
      POSTGRES_ADMIN_URL: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
      SQL_URL: url('auth'),
      POSTGRES_URL: url('analytics'),
    },
    stop: () => server.stop(),
  };
}

interface Cluster {
  bin: string;
  data: string;
  dir: string;
  env: Record<string, string>;
  uid: number | undefined;
}

async function initialise({ bin, data, dir, env, uid }: Cluster): Promise<void> {
  const passwordFile = `${dir}/password`;
  await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  if (uid !== undefined) await chown(passwordFile, uid, uid);
  await run(
    `${bin}/initdb`,
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ],
    {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      cwd: dir,
      ...(uid === undefined ? {} : { uid }),
    },
  );
}

async function createDatabases(psql: (sql: string) => Promise<string>): Promise<void> {
  const present = (await psql('SELECT datname FROM pg_database')).split('\n');
  for (const database of DATABASES.filter((name) => !present.includes(name))) {
    await psql(`CREATE ROLE ${database} LOGIN PASSWORD '${PASSWORD}'`);
    await psql(`CREATE DATABASE ${database} OWNER ${database}`);
  }
}

/** Debian keeps a folder a major version: the newest one counts. */
async function binaries(packages: string): Promise<string> {
  const versions = (await readdir(`${packages}/usr/lib/postgresql`)).map(Number).filter(Number.isInteger);
  return `${packages}/usr/lib/postgresql/${Math.max(...versions)}/bin`;
}
