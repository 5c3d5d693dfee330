import { newId } from '@chatplatform/kit/ids';
import { openInflux } from '../infrastructure/influx-connection.ts';
import type { InfluxLogin } from '../infrastructure/influx-connection.ts';
import { setUpInflux } from '../infrastructure/influx-setup.ts';

/** The login of test servers: a token of one that is there, or the user that one is set up with here. */
const { INFLUX_TOKEN: token } = process.env;
export const TEST_LOGIN: InfluxLogin =
  token === undefined ? { username: 'admin', password: 'chatplatform' } : { token };

/** The same as configuration. */
export const LOGIN_SETTINGS: Readonly<Record<string, string>> =
  'token' in TEST_LOGIN
    ? { INFLUX_TOKEN: TEST_LOGIN.token }
    : { INFLUX_USERNAME: TEST_LOGIN.username, INFLUX_PASSWORD: TEST_LOGIN.password };

/** A bucket of its own on the server; sets the server up where nobody has. */
export async function openBucket(url: string) {
  const options = {
    url,
    login: TEST_LOGIN,
    org: process.env['INFLUX_ORG'] ?? 'chatplatform',
    bucket: `test-${newId().slice(-12)}`,
  };
  const influx = openInflux(options);
  await setUpInflux(influx, options);
  return { influx, options };
}
