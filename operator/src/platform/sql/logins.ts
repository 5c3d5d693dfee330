import { objectName } from '../labels.ts';
import type { Platform } from '../model.ts';
import { acceptedLogins, usedLogin, usersOf } from '../secrets/logins.ts';
import type { LoginCredential } from '../secrets/logins.ts';
import { SETUP_PATH } from '../store-logins/setup.ts';
import type { LoginSetup } from '../store-logins/setup.ts';

const PORT = 1433;

export const SQLCMD = '/opt/mssql-tools18/bin/sqlcmd';

/** Makes the login what it should be, whether or not it is there. Passwords need no quoting beyond this. */
const login = (user: string, password: string): string[] => [
  `IF SUSER_ID(N'${user}') IS NULL CREATE LOGIN [${user}] WITH PASSWORD = N'${password}';`,
  `ELSE ALTER LOGIN [${user}] WITH PASSWORD = N'${password}';`,
  `ALTER LOGIN [${user}] ENABLE;`,
  'GO',
];

/** A login that sessions are open by cannot be dropped; a disabled one lets nobody in. */
function refused({ credentials }: Platform, names: readonly LoginCredential[]): string[] {
  const others = names.flatMap((name) => {
    const accepted = new Set(acceptedLogins(credentials, name).map(({ user }) => user));
    return usersOf(name).filter((user) => !accepted.has(user));
  });
  if (others.length === 0) return [];
  return [
    ...others.map((user) => `IF SUSER_ID(N'${user}') IS NOT NULL ALTER LOGIN [${user}] DISABLE;`),
    'GO',
  ];
}

/** Both logins of the services are users who own the database, so either can change what the other has made. */
function loginsScript(platform: Platform): string[] {
  const services = acceptedLogins(platform.credentials, 'sqlserverAuthPassword');
  const administrators = acceptedLogins(platform.credentials, 'sqlserverPassword');
  return [
    ...services.flatMap(({ user, password }) => login(user, password)),
    ...administrators.flatMap(({ user, password }) => [
      ...login(user, password),
      // The one that the server was made with is a member, and cannot be added.
      ...(user === 'sa' ? [] : [`ALTER SERVER ROLE [sysadmin] ADD MEMBER [${user}];`, 'GO']),
    ]),
    'USE [auth];',
    'GO',
    ...services.flatMap(({ user }) => [
      `IF USER_ID(N'${user}') IS NULL CREATE USER [${user}] FOR LOGIN [${user}];`,
      `ALTER ROLE [db_owner] ADD MEMBER [${user}];`,
      'GO',
    ]),
    // Last: what has been refused cannot be used to go on.
    ...refused(platform, ['sqlserverAuthPassword', 'sqlserverPassword']),
    '',
  ];
}

/** Idempotent: run when the server is new, and whenever it is another. */
export const setupScript = (platform: Platform): string =>
  ["IF DB_ID(N'auth') IS NULL CREATE DATABASE [auth];", 'GO', ...loginsScript(platform)].join('\n');

/** -C: the managed server's certificate is its own. -b: the first error ends it. */
export const sqlcmd = (platform: Platform, user: string, script: string): string[] => [
  ...[SQLCMD, '-C', '-b', '-S', objectName(platform, 'sqlserver'), '-U', user, '-i', script],
];

export function sqlServerLogins(platform: Platform): LoginSetup {
  const administrator = usedLogin(platform.credentials, 'sqlserverPassword');
  return {
    store: 'sqlserver',
    image: 'sqlserver',
    command: sqlcmd(platform, administrator.user, `${SETUP_PATH}/logins.sql`),
    port: PORT,
    files: { password: administrator.password, 'logins.sql': loginsScript(platform).join('\n') },
    secretEnv: { SQLCMDPASSWORD: 'password' },
  };
}
