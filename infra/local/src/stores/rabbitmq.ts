import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { accepts } from './network.ts';
import { startServer } from '../processes/server.ts';
import { libraryPath, type RunningStore, type StoreContext } from './store.ts';

const CREDENTIALS = 'chatplatform';

export interface RabbitmqOptions {
  /** Names of plugins to enable. @default none */
  readonly plugins?: readonly string[];
  /** Lines to add to rabbitmq.conf. @default none */
  readonly configuration?: readonly string[];
}

/**
 * RabbitMQ by Debian's packages without installing them. Two traps: Debian's `erl` has its root folder written into it, so
 * an `erl` of our own goes before it on the PATH; and Erlang would leave an `epmd` daemon behind, so one is started here
 * on a port of its own and ends with the broker.
 */
export async function startRabbitmq(
  context: StoreContext,
  { plugins = [], configuration = [] }: RabbitmqOptions = {},
): Promise<RunningStore> {
  const dir = `${context.dir}/rabbitmq`;
  await mkdir(`${dir}/bin`, { recursive: true });
  const erlang = `${context.packages}/usr/lib/erlang`;
  const erts = `${erlang}/${await only(erlang, 'erts-')}/bin`;
  const broker = `${context.packages}/usr/lib/rabbitmq/lib/${await only(`${context.packages}/usr/lib/rabbitmq/lib`, 'rabbitmq_server-')}`;
  await writeFile(
    `${dir}/bin/erl`,
    `#!/bin/sh\nexport ROOTDIR='${erlang}' BINDIR='${erts}' EMU=beam PROGNAME=erl\nexec "$BINDIR/erlexec" "$@"\n`,
  );
  await chmod(`${dir}/bin/erl`, 0o755);

  const port = await context.port(15673);
  const epmdPort = await context.port(14369);
  const distributionPort = await context.port(15671);
  await writeFile(
    `${dir}/rabbitmq.conf`,
    [
      `listeners.tcp.local = 127.0.0.1:${port}`,
      `default_user = ${CREDENTIALS}`,
      `default_pass = ${CREDENTIALS}`,
      'vm_memory_high_watermark.absolute = 512MB',
      'disk_free_limit.absolute = 50MB',
      ...configuration,
      '',
    ].join('\n'),
  );
  const env = {
    ...libraryPath(context.packages),
    PATH: `${dir}/bin:${erts}:${process.env['PATH'] ?? ''}`,
    HOME: dir,
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `rabbit-${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: `${dir}/rabbitmq.conf`,
    RABBITMQ_GENERATED_CONFIG_DIR: `${dir}/config`,
    RABBITMQ_MNESIA_BASE: `${dir}/mnesia`,
    RABBITMQ_FEATURE_FLAGS_FILE: `${dir}/feature_flags`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${dir}/enabled_plugins`,
    RABBITMQ_PID_FILE: `${dir}/pid`,
    RABBITMQ_LOGS: '-',
    RABBITMQ_LOG_BASE: dir,
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none',
  };
  await writeFile(`${dir}/enabled_plugins`, `[${plugins.join(',')}].\n`);
  const epmd = await startServer({
    name: 'epmd',
    command: `${erts}/epmd`,
    args: ['-port', String(epmdPort), '-address', '127.0.0.1'],
    env,
    logFile: `${context.dir}/logs/epmd.log`,
    ready: () => accepts(epmdPort),
  });
  const server = await startServer({
    name: 'rabbitmq',
    command: `${broker}/sbin/rabbitmq-server`,
    args: [],
    env,
    cwd: dir,
    logFile: `${context.dir}/logs/rabbitmq.log`,
    readyTimeoutMs: 120_000,
    ready: () => accepts(port),
    stopTimeoutMs: 20_000,
  }).catch(async (error: unknown) => {
    await epmd.stop();
    throw error;
  });
  return {
    process: server,
    settings: { AMQP_URL: `amqp://${CREDENTIALS}:${CREDENTIALS}@127.0.0.1:${port}` },
    stop: async () => {
      await server.stop();
      await epmd.stop();
    },
  };
}

/** The one entry of a folder that starts with `prefix` (package folders carry their version in the name). */
async function only(folder: string, prefix: string): Promise<string> {
  const found = (await readdir(folder)).find((entry) => entry.startsWith(prefix));
  if (found === undefined)
    throw new Error(`nothing named ${prefix}* in ${folder}: the RabbitMQ packages are not complete`);
  return found;
}
