import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import { createArtifactContext, ensureHostPackages } from '../../../../infra/local/src/artifacts/index.ts';
import { createConsoleProgress } from '../../../../infra/local/src/launcher/progress.ts';
import { startServer } from '../../../../infra/local/src/processes/server.ts';
import { accepts, freePort } from '../../../../infra/local/src/stores/network.ts';
import { startPostgresql } from '../../../../infra/local/src/stores/postgresql.ts';
import { startRabbitmq } from '../../../../infra/local/src/stores/rabbitmq.ts';
import { libraryPath } from '../../../../infra/local/src/stores/store.ts';
import type { StoreContext } from '../../../../infra/local/src/stores/store.ts';
import { platformOf } from '../../../test/platform-of.ts';
import type { Platform } from '../model.ts';
import { databasesScript, postgresqlLogins } from '../postgresql/logins.ts';
import { definitions, rabbitmqLogins } from '../rabbitmq/logins.ts';
import { redisLogins } from '../redis/logins.ts';
import { redis } from '../redis/redis.ts';
import { observedFrom } from '../observed.ts';
import { secretValues } from '../secrets/credentials.ts';
import type { Credentials } from '../secrets/credentials.ts';
import { credentialsOf, loginRotation } from '../secrets/login-rotation.ts';
import type { LoginValues } from '../secrets/login-rotation.ts';
import { acceptedLogins } from '../secrets/logins.ts';
import type { Login } from '../secrets/logins.ts';
import type { RotatableStore, RotationPhase } from '../secrets/rotation.ts';
import { SETUP_PATH } from './setup.ts';
import type { LoginSetup } from './setup.ts';

const REPOSITORY = join(import.meta.dirname, '../../../..');
const plain = platformOf({ profile: 'Development', stores: { sql: { engine: 'PostgreSQL' } } });

let dir: string;
let context: StoreContext;
let programs: string;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chatplatform-logins-'));
  await chmod(dir, 0o755);
  const artifacts = createArtifactContext({
    progress: createConsoleProgress(process.stderr),
    repository: REPOSITORY,
  });
  const packages = await ensureHostPackages(artifacts, ['redis-server', 'rabbitmq-server', 'postgresql']);
  context = { packages, dir, port: () => freePort() };
  const postgresql = `${packages}/usr/lib/postgresql`;
  const [version = ''] = await readdir(postgresql);
  programs = [`${packages}/usr/bin`, `${postgresql}/${version}/bin`, process.env['PATH'] ?? ''].join(':');
}, 120_000);

afterAll(async () => {
  await Promise.all(running.map((server) => server.stop()));
  await rm(dir, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

async function runProgram(
  [program = '', ...args]: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; input?: string } = {},
): Promise<Ended> {
  const child = spawn(program, args, {
    cwd: options.cwd ?? dir,
    env: { ...libraryPath(context.packages), ...options.env, PATH: programs },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** Runs what the Job would, against a server on this machine. */
async function apply(setup: LoginSetup, port: number): Promise<Ended> {
  const files = join(dir, `setup-${setup.store}`);
  await mkdir(files, { recursive: true });
  for (const [name, value] of Object.entries(setup.files)) await writeFile(join(files, name), value);
  const here = (text: string) =>
    text
      .replaceAll(SETUP_PATH, files)
      .replaceAll(`demo-${setup.store}`, '127.0.0.1')
      .replaceAll(String(setup.port), String(port));
  const secrets = Object.entries(setup.secretEnv ?? {}).map(([key, file]) => [key, setup.files[file] ?? '']);
  const plainEnv = Object.entries(setup.env ?? {}).map(([key, value]) => [key, here(value)]);
  return runProgram(setup.command.map(here), {
    cwd: join(REPOSITORY, 'services/auth'),
    env: Object.fromEntries([...plainEnv, ...secrets]) as Record<string, string>,
  });
}

const valuesOf = (store: RotatableStore, credentials: Credentials): LoginValues =>
  Object.fromEntries(credentialsOf(store).map((name) => [name, credentials[name]]));

/** The platform in each phase of two rotations after another: there, and back to the first user. */
function* rotations(store: RotatableStore): Generator<{ phase: RotationPhase; platform: Platform }> {
  let made = 0;
  const course = loginRotation(() => `made-${(made += 1)}`);
  let values = valuesOf(store, plain.credentials);
  const platform = (): Platform => ({ ...plain, credentials: { ...plain.credentials, ...values } });
  for (let rotation = 0; rotation < 2; rotation += 1) {
    let step = course.begin(values);
    while (step.phase !== 'Done') {
      values = step.value;
      yield { phase: step.phase, platform: platform() };
      step = course.after(step.phase, values);
    }
  }
}

const key = ({ user, password }: Login) => `${user}:${password}`;

/** Takes a store through both rotations and looks, after each phase, which of all logins it lets in. */
async function expectOnlyAccepted(options: {
  readonly store: RotatableStore;
  readonly setup: (platform: Platform) => LoginSetup;
  readonly port: number;
  readonly letsIn: (login: Login) => Promise<boolean>;
  readonly meanwhile?: (logins: readonly Login[]) => Promise<void>;
}): Promise<void> {
  const known = new Map<string, Login>();
  for (const { phase, platform } of rotations(options.store)) {
    const logins = credentialsOf(options.store).flatMap((name) => acceptedLogins(platform.credentials, name));
    for (const login of logins) known.set(key(login), login);
    const ended = await apply(options.setup(platform), options.port);
    expect({ phase, ...ended }).toMatchObject({ code: 0 });
    const letIn: string[] = [];
    for (const login of known.values()) if (await options.letsIn(login)) letIn.push(key(login));
    expect({ phase, letIn: letIn.sort() }).toEqual({ phase, letIn: logins.map(key).sort() });
    await options.meanwhile?.(logins);
  }
  // Each of the two rotations has made a new one; all but the last of each credential were revoked.
  expect(known.size).toBe(3 * credentialsOf(options.store).length);
}

/** One connection to Redis that says one command after another. */
async function redisSession(port: number) {
  const socket = connectSocket({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const say = async (command: string): Promise<string> => {
    socket.write(`${command}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().trim();
  };
  return { say, close: () => socket.destroy() };
}

test('Redis takes passwords in and gives them up, with its own configuration and connections that stay open', async () => {
  const port = await freePort();
  const [secret] = redis.desired(plain, observedFrom([])).filter(({ kind }) => kind === 'Secret');
  const files = secret === undefined ? {} : secretValues(secret);
  const folder = join(dir, 'redis');
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const here = text
      .replaceAll('/etc/chatplatform/redis', folder)
      .replaceAll('dir /data', `dir ${folder}`)
      .replaceAll('6379', String(port));
    await writeFile(join(folder, name), here);
  }
  const server = await startServer({
    name: 'redis',
    command: `${context.packages}/usr/bin/redis-server`,
    args: [join(folder, 'redis.conf')],
    env: libraryPath(context.packages),
    logFile: join(dir, 'logs/redis.log'),
    ready: () => accepts(port),
  });
  running.push(server);
  const stranger = await redisSession(port);
  expect(await stranger.say('PING')).toContain('NOAUTH');
  stranger.close();

  const early = await redisSession(port);
  expect(await early.say(`AUTH ${plain.credentials.redisPassword}`)).toBe('+OK');
  await expectOnlyAccepted({
    store: 'redis',
    setup: redisLogins,
    port,
    letsIn: async ({ password }) => {
      const session = await redisSession(port);
      const answer = await session.say(`AUTH ${password}`);
      session.close();
      return answer === '+OK';
    },
    meanwhile: async () => expect(await early.say('PING')).toBe('+PONG'),
  });
  early.close();
  // A password that is not the server's: the Job fails, and says so.
  const wrong = await apply(redisLogins(plain), port);
  expect(wrong.code).not.toBe(0);
  expect(wrong.output).toMatch(/WRONGPASS|NOAUTH/);
}, 60_000);

describe('PostgreSQL', () => {
  test('alternates between two roles that own the same, with no moment without one', async () => {
    const store = await startPostgresql(context);
    running.push(store);
    const admin = new URL(store.settings['POSTGRES_ADMIN_URL'] ?? '');
    const port = Number(admin.port);
    const psql = (login: Login, database: string, sql: string) =>
      runProgram(
        [
          'psql',
          '-XAtq',
          '-v',
          'ON_ERROR_STOP=1',
          '-h',
          '127.0.0.1',
          '-p',
          String(port),
          '-U',
          login.user,
          '-d',
          database,
        ],
        {
          env: { PGPASSWORD: login.password },
          input: sql,
        },
      );
    const root = { user: 'postgres', password: admin.password };
    // As on an empty volume: what the starter made is taken away, and the operator's own script is run.
    await psql(
      root,
      'postgres',
      'DROP DATABASE auth; DROP DATABASE analytics; DROP ROLE auth; DROP ROLE analytics;',
    );
    expect(await psql(root, 'postgres', databasesScript(plain))).toMatchObject({ code: 0 });
    const asRoot = (platform: Platform): Platform => ({
      ...platform,
      credentials: { ...platform.credentials, postgresqlPassword: root.password },
    });
    const databaseOf = ({ user }: Login) => user.replace('_2', '');
    const letsIn = async (login: Login) =>
      (await psql(login, databaseOf(login), 'SELECT 1;')).output.trim() === '1';
    for (const name of credentialsOf('postgresql')) {
      for (const login of acceptedLogins(plain.credentials, name)) expect(await letsIn(login)).toBe(true);
    }
    let tables = 0;
    await expectOnlyAccepted({
      store: 'postgresql',
      setup: (platform) => postgresqlLogins(asRoot(platform)),
      port,
      letsIn,
      // Whoever is let in may change what any other has made.
      meanwhile: async (logins) => {
        for (const login of logins) {
          tables += 1;
          const changes = Array.from(
            { length: tables - 1 },
            (_, i) => `ALTER TABLE IF EXISTS t${i + 1} ADD COLUMN IF NOT EXISTS c${tables} int;`,
          ).join('\n');
          const made = `CREATE TABLE t${tables} (id int); INSERT INTO t${tables} VALUES (1);`;
          expect(await psql(login, databaseOf(login), `${made}\n${changes}`)).toMatchObject({ code: 0 });
        }
        const owners = await psql(
          root,
          'auth',
          "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public';",
        );
        expect(owners.output.trim()).toBe('auth');
      },
    });
    const fromAuth = { user: 'auth', password: 'nothing' };
    expect((await psql(fromAuth, 'analytics', 'SELECT 1;')).code).not.toBe(0);
  }, 60_000);
});

test('RabbitMQ takes a second user in and removes the first, while others stay connected', async () => {
  const management = await freePort();
  const file = join(dir, 'definitions.json');
  await writeFile(file, definitions(plain));
  const store = await startRabbitmq(context, {
    plugins: ['rabbitmq_management'],
    configuration: [
      `management.tcp.port = ${management}`,
      'management_agent.disable_metrics_collector = true',
      `load_definitions = ${file}`,
    ],
  });
  running.push(store);
  const { port } = new URL(store.settings['AMQP_URL'] ?? '');
  const open = ({ user, password }: Login) => connect(`amqp://${user}:${password}@127.0.0.1:${port}`);
  const letsIn = async (login: Login) => {
    try {
      await (await open(login)).close();
      return true;
    } catch (error) {
      expect(String(error)).toMatch(/ACCESS.REFUSED|403/);
      return false;
    }
  };
  let step = 0;
  await expectOnlyAccepted({
    store: 'rabbitmq',
    setup: rabbitmqLogins,
    port: management,
    letsIn,
    // A queue that the one made is another's to use.
    meanwhile: async ([used]) => {
      step += 1;
      if (used === undefined) throw new Error('no login');
      const connection = await open(used);
      const channel = await connection.createConfirmChannel();
      await channel.assertQueue('shared', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      channel.sendToQueue('shared', Buffer.from(String(step)));
      await channel.waitForConfirms();
      await connection.close();
    },
  });
  const wrong = rabbitmqLogins({
    ...plain,
    credentials: { ...plain.credentials, rabbitmqAdminPassword: 'another' },
  });
  const ended = await apply(wrong, management);
  expect(ended).toMatchObject({ code: 1, output: expect.stringContaining('401') });
}, 120_000);
