import { connect } from 'amqplib';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { createClient } from 'redis';
import { getJson, kubectl } from './kubectl.ts';
import { target } from './target.ts';

/** Settings of services that hold logins, as their Secrets have them. */
export interface Logins {
  readonly AMQP_URL: string;
  readonly REDIS_URL: string;
  readonly MONGODB_URL: string;
  readonly POSTGRES_URL: string;
  readonly INFLUX_USERNAME: string;
  readonly INFLUX_PASSWORD: string;
}

export async function secretOf(component: string): Promise<Record<string, string>> {
  const { data } = await getJson<{ data: Record<string, string> }>(
    ...['secret', `${target.name}-${component}`, '-n', target.namespace],
  );
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

/** As services are given them now. */
export async function loginsNow(): Promise<Logins> {
  const [chat, analytics] = [await secretOf('chat'), await secretOf('analytics')];
  const user = await kubectl(
    ...['get', 'configmap', `${target.name}-analytics`, '-n', target.namespace],
    ...['-o', 'jsonpath={.data.INFLUX_USERNAME}'],
  );
  const { AMQP_URL = '', REDIS_URL = '', MONGODB_URL = '' } = chat;
  const { POSTGRES_URL = '', INFLUX_PASSWORD = '' } = analytics;
  return { AMQP_URL, REDIS_URL, MONGODB_URL, POSTGRES_URL, INFLUX_PASSWORD, INFLUX_USERNAME: user };
}

/** The name of a Service is its address where the tests run: on the node, which the cluster's DNS does not serve. */
async function reachable(url: string): Promise<string> {
  const { hostname } = new URL(url);
  const address = await kubectl(
    ...['get', 'service', hostname, '-n', target.namespace, '-o', 'jsonpath={.spec.clusterIP}'],
  );
  return url.replace(`@${hostname}`, `@${address}`).replace(`//${hostname}`, `//${address}`);
}

const ATTEMPTS: Readonly<Record<string, (logins: Logins) => Promise<unknown>>> = {
  rabbitmq: async ({ AMQP_URL }) => (await connect(await reachable(AMQP_URL))).close(),
  redis: async ({ REDIS_URL }) => {
    const client = createClient({ url: await reachable(REDIS_URL), socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    client.destroy();
  },
  mongodb: async ({ MONGODB_URL }) =>
    (await MongoClient.connect(await reachable(MONGODB_URL), { serverSelectionTimeoutMS: 5_000 })).close(),
  postgresql: async ({ POSTGRES_URL }) => {
    const client = new pg.Client({ connectionString: await reachable(POSTGRES_URL) });
    await client.connect();
    await client.end();
  },
  influxdb: async ({ INFLUX_USERNAME: user, INFLUX_PASSWORD: password }) => {
    const url = await reachable(`http://${target.name}-influxdb:8086/api/v2/signin`);
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const { status } = await fetch(url, { method: 'POST', headers: { authorization } });
    if (status !== 204) throw new Error(`unauthorized: ${status}`);
  },
};

export const STORES = Object.keys(ATTEMPTS);

export const everyStore = (is: boolean): Record<string, boolean> =>
  Object.fromEntries(STORES.map((name) => [name, is]));

/** What each store says to the login: nothing else than a refusal is one. */
const REFUSAL = /ACCESS.REFUSED|WRONGPASS|Authentication failed|authentication failed|unauthorized: 401/;

/** For each store, whether it lets in by these logins. @throws what is neither yes nor no */
export async function letIn(logins: Logins): Promise<Record<string, boolean>> {
  const tried = Object.entries(ATTEMPTS).map(async ([store, attempt]) => {
    try {
      await attempt(logins);
      return [store, true] as const;
    } catch (error) {
      if (!REFUSAL.test(String(error))) throw error;
      return [store, false] as const;
    }
  });
  return Object.fromEntries(await Promise.all(tried));
}
