import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import { unavailable } from '@chatplatform/kit/errors';

export type InfluxLogin =
  { readonly token: string } | { readonly username: string; readonly password: string };

export interface InfluxOptions {
  readonly url: string;
  readonly login: InfluxLogin;
  readonly org: string;
  readonly bucket: string;
}

export interface Influx {
  /** @throws what `work` throws; `unavailable` when the server lets nobody in by this login */
  run<T>(work: (influx: InfluxDB) => Promise<T>): Promise<T>;
}

const TIMEOUT_MS = 10_000;

async function signIn(url: string, username: string, password: string): Promise<string> {
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  const response = await fetch(new URL('/api/v2/signin', url), {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw unavailable('series.unavailable', 'The store of the series is away.', { cause: error });
  });
  await response.body?.cancel();
  const [cookie = ''] = response.headers.getSetCookie().map((set) => set.split(';')[0]);
  if (response.ok && cookie !== '') return cookie;
  throw unavailable('series.refused', `InfluxDB does not let ${username} in (${response.status}).`);
}

/**
 * A connection by a token, or by the session of a user. A session ends an hour after its last use, and when the server
 * restarts: then a new one is begun, and the work done again.
 */
export function openInflux({ url, login }: Pick<InfluxOptions, 'url' | 'login'>): Influx {
  const options = { url, timeout: TIMEOUT_MS };
  if ('token' in login) {
    const influx = new InfluxDB({ ...options, token: login.token });
    return { run: (work) => work(influx) };
  }
  const begin = async () => {
    const cookie = await signIn(url, login.username, login.password);
    return new InfluxDB({ ...options, headers: { cookie } });
  };
  let session: Promise<InfluxDB> | undefined;
  const current = (): Promise<InfluxDB> => {
    session ??= begin();
    const mine = session;
    // The next one to need it tries again.
    mine.catch(() => (session = session === mine ? undefined : session));
    return mine;
  };
  return {
    async run(work) {
      const mine = await current();
      try {
        return await work(mine);
      } catch (error) {
        if (!(error instanceof HttpError) || error.statusCode !== 401) throw error;
        if (session !== undefined && (await session.catch(() => undefined)) === mine) session = undefined;
        return work(await current());
      }
    },
  };
}
