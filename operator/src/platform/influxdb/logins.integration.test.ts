import { expect, test } from '@jest/globals';
import { ensureInfluxd } from '../../../../infra/local/src/artifacts/index.ts';
import { startInfluxdb } from '../../../../infra/local/src/stores/influxdb.ts';
import { LoginBench, plain } from '../../../test/login-bench.ts';
import type { Login } from '../secrets/logins.ts';
import { influxdbLogins } from './logins.ts';

const bench = LoginBench.use();

test('InfluxDB’s users are made and removed by one another, with every token of theirs', async () => {
  const store = await startInfluxdb(bench.context, await ensureInfluxd(bench.artifacts));
  bench.endWithFile(store);
  const url = store.settings['INFLUX_URL'] ?? '';
  const setup = await fetch(`${url}/api/v2/setup`, {
    method: 'POST',
    body: JSON.stringify({
      username: 'admin',
      password: plain.credentials.influxdbPassword,
      org: 'chatplatform',
      bucket: 'metrics',
    }),
  });
  // As of a platform from before users were rotated: a token that does not end by itself.
  const { auth } = (await setup.json()) as { auth: { token: string } };
  const tokenWorks = async () =>
    (await fetch(`${url}/api/v2/buckets`, { headers: { authorization: `Token ${auth.token}` } })).ok;
  expect(await tokenWorks()).toBe(true);
  const signIn = ({ user, password }: Login) => {
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    return fetch(`${url}/api/v2/signin`, { method: 'POST', headers: { authorization: `Basic ${basic}` } });
  };
  await bench.expectOnlyAccepted({
    store: 'influxdb',
    setup: influxdbLogins,
    port: Number(new URL(url).port),
    letsIn: async (login) => (await signIn(login)).ok,
    meanwhile: async (logins) => {
      for (const login of logins) {
        const [cookie = ''] = (await signIn(login)).headers.getSetCookie();
        const headers = { cookie: cookie.split(';')[0] ?? '' };
        const path = '/api/v2/write?org=chatplatform&bucket=metrics';
        const written = await fetch(`${url}${path}`, { method: 'POST', headers, body: 'activity count=1i' });
        expect(written.status).toBe(204);
      }
    },
  });
  expect(await tokenWorks()).toBe(false);
  const wrong = influxdbLogins({
    ...plain,
    credentials: { ...plain.credentials, influxdbPassword: 'another' },
  });
  expect(await bench.apply(wrong, Number(new URL(url).port))).toMatchObject({
    code: 1,
    output: expect.stringContaining('does not let admin in'),
  });
}, 120_000);
