import { newId } from '@chatplatform/kit/ids';
import { openInflux } from '../infrastructure/influx-series.ts';
import { setUpInflux } from '../infrastructure/influx-setup.ts';

/** The token of test servers: the one they were set up with, or the one they are set up with here. */
const TOKEN = process.env['INFLUX_TOKEN'] ?? 'chatplatform-test-token';

/** A bucket of its own on the server; sets the server up where nobody has. */
export async function openBucket(url: string) {
  const options = {
    url,
    token: TOKEN,
    org: process.env['INFLUX_ORG'] ?? 'chatplatform',
    bucket: `test-${newId().slice(-12)}`,
  };
  const influx = openInflux(options);
  await setUpInflux(influx, { ...options, username: 'admin', password: 'chatplatform' });
  return { influx, options };
}
