/**
 * Makes the platform's users of a running InfluxDB those it is given, neither more nor less: `node src/set-series-users.ts`.
 * The operator runs it while the logins of the series are rotated. Exit code 0, or 1 with the reason.
 */
import { loadConfig } from '@chatplatform/kit/config';
import { toError } from '@chatplatform/kit/errors';
import { acceptedUsers, knownUsers } from '@chatplatform/kit/user-lists';
import { z } from 'zod';
import { openInflux } from './infrastructure/influx-connection.ts';
import { setInfluxUsers } from './infrastructure/influx-users.ts';

const configSchema = z.object({
  INFLUX_URL: z.url({ protocol: /^https?$/ }),
  INFLUX_ORG: z.string().min(1),
  /** One of those who are to stay. */
  INFLUX_USERNAME: z.string().min(1),
  INFLUX_PASSWORD: z.string().min(1),
  INFLUX_USERS: acceptedUsers,
  INFLUX_KNOWN_USERS: knownUsers,
});

try {
  const config = loadConfig(configSchema);
  const { INFLUX_USERNAME: username, INFLUX_PASSWORD: password } = config;
  const influx = openInflux({ url: config.INFLUX_URL, login: { username, password } });
  const { removed } = await setInfluxUsers(influx, {
    org: config.INFLUX_ORG,
    username,
    accepted: config.INFLUX_USERS,
    known: config.INFLUX_KNOWN_USERS,
  });
  process.stdout.write(`${JSON.stringify({ msg: 'the store of the series has its users', removed })}\n`);
} catch (error) {
  process.stderr.write(`cannot set the users of InfluxDB: ${toError(error).message}\n`);
  process.exitCode = 1;
}
