import { createHash } from 'node:crypto';
import { objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { acceptedLogins, usedLogin } from '../secrets/logins.ts';
import { SETUP_PATH } from '../store-logins/setup.ts';
import type { LoginSetup } from '../store-logins/setup.ts';

export const MANAGEMENT_PORT = 15672;

/** RabbitMQ's own salted form of a password (rabbit_password_hashing_sha256). */
export function passwordHash(password: string, salt: string): string {
  const saltBytes = Buffer.from(salt, 'base64');
  const digest = createHash('sha256').update(saltBytes).update(password, 'utf8').digest();
  return Buffer.concat([saltBytes, digest]).toString('base64');
}

/** The users of the broker and what they may do. Imported at every start; import adds and changes, it takes nothing away. */
export function definitions({ credentials }: Platform): string {
  const user = (name: string, password: string, tags: readonly string[]) => ({
    name,
    password_hash: passwordHash(password, credentials.rabbitmqSalt),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
    tags,
  });
  const services = acceptedLogins(credentials, 'rabbitmqPassword');
  // May change users, and nothing of what is sent: only the operator's Jobs log in by it.
  const administrators = acceptedLogins(credentials, 'rabbitmqAdminPassword');
  return JSON.stringify({
    users: [
      ...administrators.map((login) => user(login.user, login.password, ['administrator'])),
      ...services.map((login) => user(login.user, login.password, [])),
    ],
    vhosts: [{ name: '/' }],
    permissions: services.map((login) => ({
      user: login.user,
      vhost: '/',
      configure: '.*',
      write: '.*',
      read: '.*',
    })),
  });
}

/** RabbitMQ's own tools reach a broker on their own machine only: the kit's program speaks its HTTP API. */
export function rabbitmqLogins(platform: Platform): LoginSetup {
  const administrator = usedLogin(platform.credentials, 'rabbitmqAdminPassword');
  return {
    store: 'rabbitmq',
    image: 'auth',
    command: ['node', '../kit/src/set-broker-users.ts'],
    port: MANAGEMENT_PORT,
    files: {
      BROKER_PASSWORD: administrator.password,
      BROKER_DEFINITIONS: definitions(platform),
    },
    env: {
      CONFIG_DIRS: SETUP_PATH,
      BROKER_USER: administrator.user,
      BROKER_MANAGEMENT_URL: `http://${objectName(platform, 'rabbitmq')}:${MANAGEMENT_PORT}`,
    },
  };
}
