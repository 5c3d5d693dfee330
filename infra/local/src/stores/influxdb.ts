import { mkdir } from 'node:fs/promises';
import { answersHttp } from './network.ts';
import { startServer } from '../processes/server.ts';
import type { RunningStore, StoreContext } from './store.ts';

/** InfluxDB 2, not yet set up: the analytics service's migration does that, as in production. */
export async function startInfluxdb(context: StoreContext, influxd: string): Promise<RunningStore> {
  const dir = `${context.dir}/influxdb`;
  await mkdir(dir, { recursive: true });
  const port = await context.port(18086);
  const server = await startServer({
    name: 'influxdb',
    command: influxd,
    args: [],
    env: {
      HOME: dir,
      INFLUXD_BOLT_PATH: `${dir}/influxd.bolt`,
      INFLUXD_SQLITE_PATH: `${dir}/influxd.sqlite`,
      INFLUXD_ENGINE_PATH: `${dir}/engine`,
      INFLUXD_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
      INFLUXD_REPORTING_DISABLED: 'true',
    },
    logFile: `${context.dir}/logs/influxdb.log`,
    ready: () => answersHttp(`http://127.0.0.1:${port}/health`),
  });
  return { process: server, settings: { INFLUX_URL: `http://127.0.0.1:${port}` }, stop: () => server.stop() };
}
