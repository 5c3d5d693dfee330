import { objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { acceptedLogins, usedLogin, usersOf } from '../secrets/logins.ts';
import type { LoginCredential } from '../secrets/logins.ts';
import { SETUP_PATH } from '../store-logins/setup.ts';
import type { LoginSetup } from '../store-logins/setup.ts';

const PORT = 5432;

/** The databases, and the credential of the roles that log in to each. The first role of each owns it. */
export const DATABASES = {
  auth: 'postgresqlAuthPassword',
  analytics: 'postgresqlAnalyticsPassword',
} as const satisfies Record<string, LoginCredential>;

const statement = (condition: string, then: string) =>
  `DO $$ BEGIN IF ${condition} THEN ${then}; END IF; END $$;`;

const exists = (role: string) => `EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}')`;

const passwordsOf = ({ credentials }: Platform, name: LoginCredential) =>
  new Map(acceptedLogins(credentials, name).map(({ user, password }) => [user, password] as const));

function roleStatements(platform: Platform, database: string, name: LoginCredential): string[] {
  const [owner] = usersOf(name);
  const accepted = passwordsOf(platform, name);
  return usersOf(name).flatMap((role) => {
    const password = accepted.get(role);
    // The owner owns, whether or not it may log in; the other one is there only when it is needed.
    const needed = password !== undefined || role === owner;
    const rights = password === undefined ? `NOLOGIN PASSWORD NULL` : `LOGIN PASSWORD '${password}'`;
    return [
      ...(needed ? [statement(`NOT ${exists(role)}`, `CREATE ROLE ${role}`)] : []),
      needed ? `ALTER ROLE ${role} ${rights};` : statement(exists(role), `ALTER ROLE ${role} ${rights}`),
      // What it makes belongs to the owner, from its login on: so either can change what the other has made.
      ...(needed && role !== owner
        ? [`GRANT ${owner} TO ${role};`, `ALTER ROLE ${role} IN DATABASE ${database} SET role = '${owner}';`]
        : []),
    ];
  });
}

/** The server's administrator: only the operator's Jobs log in by it. */
function administratorStatements(platform: Platform): string[] {
  const accepted = passwordsOf(platform, 'postgresqlPassword');
  return usersOf('postgresqlPassword').flatMap((role) => {
    const password = accepted.get(role);
    return password === undefined
      ? [statement(exists(role), `ALTER ROLE ${role} NOLOGIN PASSWORD NULL`)]
      : [
          statement(`NOT ${exists(role)}`, `CREATE ROLE ${role}`),
          `ALTER ROLE ${role} SUPERUSER LOGIN PASSWORD '${password}';`,
        ];
  });
}

/** One transaction: both databases' roles, or none. Passwords are base64url and need no quoting beyond this. */
const rolesScript = (platform: Platform): string =>
  [
    'BEGIN;',
    ...Object.entries(DATABASES).flatMap(([database, name]) => roleStatements(platform, database, name)),
    ...administratorStatements(platform),
    'COMMIT;',
    '',
  ].join('\n');

/**
 * Run once, when the volume is empty. Both databases are made even if only one is wanted now: the script does not run
 * again.
 */
export function databasesScript(platform: Platform): string {
  const owners = Object.values(DATABASES).map((name) => usersOf(name)[0]);
  return [
    ...owners.map((owner) => `CREATE ROLE ${owner};`),
    ...Object.entries(DATABASES).flatMap(([database, name]) => [
      `CREATE DATABASE ${database} OWNER ${usersOf(name)[0]};`,
      `REVOKE ALL ON DATABASE ${database} FROM PUBLIC;`,
    ]),
    rolesScript(platform),
  ].join('\n');
}

export function postgresqlLogins(platform: Platform): LoginSetup {
  const administrator = usedLogin(platform.credentials, 'postgresqlPassword');
  return {
    store: 'postgresql',
    image: 'postgresql',
    command: [
      ...['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', objectName(platform, 'postgresql')],
      ...['-p', String(PORT), '-U', administrator.user, '-d', 'postgres', '-f', `${SETUP_PATH}/roles.sql`],
    ],
    port: PORT,
    files: { password: administrator.password, 'roles.sql': rolesScript(platform) },
    secretEnv: { PGPASSWORD: 'password' },
  };
}
