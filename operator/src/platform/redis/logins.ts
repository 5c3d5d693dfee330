import { createHash } from 'node:crypto';
import { objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { acceptedLogins, usedLogin } from '../secrets/logins.ts';
import type { LoginSetup } from '../store-logins/setup.ts';

const PORT = 6379;

/** Redis takes the SHA-256 of a password for the password: of 24 random bytes it says nothing. */
const passwordRules = ({ credentials }: Platform): string[] =>
  acceptedLogins(credentials, 'redisPassword').map(
    ({ password }) => `#${createHash('sha256').update(password).digest('hex')}`,
  );

/** The line of the configuration file by which a server starts. */
export const defaultUser = (platform: Platform): string =>
  `user default on ${passwordRules(platform).join(' ')} ~* &* +@all\n`;

/** One command, so that there is no moment without a password; connections that are open stay so. */
export const redisLogins = (platform: Platform): LoginSetup => ({
  store: 'redis',
  image: 'redis',
  // -e: an error of the server is one of the program.
  command: [
    ...['redis-cli', '-e', '-h', objectName(platform, 'redis'), '-p', String(PORT)],
    ...['ACL', 'SETUSER', 'default', 'resetpass', ...passwordRules(platform)],
  ],
  port: PORT,
  files: { password: usedLogin(platform.credentials, 'redisPassword').password },
  secretEnv: { REDISCLI_AUTH: 'password' },
});
