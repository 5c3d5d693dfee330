import { objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { acceptedLogins, usedLogin, usersOf } from '../secrets/logins.ts';
import { SETUP_PATH } from '../store-logins/setup.ts';
import type { LoginSetup } from '../store-logins/setup.ts';

const PORT = 27017;

/**
 * MongoDB's shell is not in every image that speaks its protocol: the kit's program uses the driver. Each user is an
 * administrator, so the one in use makes and removes the other.
 */
export function mongodbLogins(platform: Platform): LoginSetup {
  const used = usedLogin(platform.credentials, 'mongodbPassword');
  return {
    store: 'mongodb',
    image: 'user',
    command: ['node', '../kit/src/set-database-users.ts'],
    port: PORT,
    files: {
      DATABASE_PASSWORD: used.password,
      DATABASE_USERS: JSON.stringify(acceptedLogins(platform.credentials, 'mongodbPassword')),
    },
    env: {
      CONFIG_DIRS: SETUP_PATH,
      DATABASE_HOST: `${objectName(platform, 'mongodb')}:${PORT}`,
      DATABASE_USER: used.user,
      DATABASE_KNOWN_USERS: usersOf('mongodbPassword').join(' '),
    },
  };
}
