import { INFLUX_ORG } from '../connections.ts';
import { objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { acceptedLogins, usedLogin, usersOf } from '../secrets/logins.ts';
import { SETUP_PATH } from '../store-logins/setup.ts';
import type { LoginSetup } from '../store-logins/setup.ts';

const PORT = 8086;

/**
 * InfluxDB makes up its tokens by itself, after its setup none can be given to it: so services log in as users, whose
 * passwords can be. Each user is an administrator, and the one in use makes and removes the other.
 */
export function influxdbLogins(platform: Platform): LoginSetup {
  const used = usedLogin(platform.credentials, 'influxdbPassword');
  return {
    store: 'influxdb',
    image: 'analytics',
    command: ['node', 'src/set-series-users.ts'],
    port: PORT,
    files: {
      INFLUX_PASSWORD: used.password,
      INFLUX_USERS: JSON.stringify(acceptedLogins(platform.credentials, 'influxdbPassword')),
    },
    env: {
      CONFIG_DIRS: SETUP_PATH,
      INFLUX_URL: `http://${objectName(platform, 'influxdb')}:${PORT}`,
      INFLUX_ORG,
      INFLUX_USERNAME: used.user,
      INFLUX_KNOWN_USERS: usersOf('influxdbPassword').join(' '),
    },
  };
}
