import { expect, test } from '@jest/globals';
import { platformOf } from '../../../test/platform-of.ts';
import { credentialsOf, loginRotation } from '../secrets/login-rotation.ts';
import type { LoginValues } from '../secrets/login-rotation.ts';
import type { Platform } from '../model.ts';
import { observedFrom } from '../observed.ts';
import { secretValues } from '../secrets/credentials.ts';
import { sqlServerLogins } from './logins.ts';
import { sql } from './sql.ts';

/** No SQL Server runs where these tests do: the statements are those of its documentation, and are kept as they were read. */
const plain = platformOf({ stores: { sql: { engine: 'SQLServer' } } });

function inPhase(phase: 'Adding' | 'Switching' | 'Revoking'): Platform {
  const course = loginRotation({ newPassword: (name) => `new-${name}`, filesArriveMs: 0 });
  const kept: LoginValues = Object.fromEntries(
    credentialsOf('sqlserver').map((name) => [name, `old-${name}`]),
  );
  let step = course.begin(kept);
  while (step.phase !== phase) step = course.after(step.phase, step.value);
  return { ...plain, credentials: { ...plain.credentials, ...step.value } };
}

const script = (platform: Platform) => sqlServerLogins(platform).files['logins.sql'];

test('both logins are let in while they are rotated', () => {
  expect(script(inPhase('Adding'))).toMatchInlineSnapshot(`
    "IF SUSER_ID(N'auth') IS NULL CREATE LOGIN [auth] WITH PASSWORD = N'old-sqlserverAuthPassword';
    ELSE ALTER LOGIN [auth] WITH PASSWORD = N'old-sqlserverAuthPassword';
    ALTER LOGIN [auth] ENABLE;
    GO
    IF SUSER_ID(N'auth_2') IS NULL CREATE LOGIN [auth_2] WITH PASSWORD = N'new-sqlserverAuthPassword';
    ELSE ALTER LOGIN [auth_2] WITH PASSWORD = N'new-sqlserverAuthPassword';
    ALTER LOGIN [auth_2] ENABLE;
    GO
    IF SUSER_ID(N'sa') IS NULL CREATE LOGIN [sa] WITH PASSWORD = N'old-sqlserverPassword';
    ELSE ALTER LOGIN [sa] WITH PASSWORD = N'old-sqlserverPassword';
    ALTER LOGIN [sa] ENABLE;
    GO
    IF SUSER_ID(N'sa_2') IS NULL CREATE LOGIN [sa_2] WITH PASSWORD = N'new-sqlserverPassword';
    ELSE ALTER LOGIN [sa_2] WITH PASSWORD = N'new-sqlserverPassword';
    ALTER LOGIN [sa_2] ENABLE;
    GO
    ALTER SERVER ROLE [sysadmin] ADD MEMBER [sa_2];
    GO
    USE [auth];
    GO
    IF USER_ID(N'auth') IS NULL CREATE USER [auth] FOR LOGIN [auth];
    ALTER ROLE [db_owner] ADD MEMBER [auth];
    GO
    IF USER_ID(N'auth_2') IS NULL CREATE USER [auth_2] FOR LOGIN [auth_2];
    ALTER ROLE [db_owner] ADD MEMBER [auth_2];
    GO
    "
  `);
  expect(sqlServerLogins(inPhase('Adding'))).toMatchObject({
    command: expect.arrayContaining(['-U', 'sa', '-b']),
    files: { password: 'old-sqlserverPassword' },
    secretEnv: { SQLCMDPASSWORD: 'password' },
  });
});

test('the old logins are refused in the end, by the new administrator', () => {
  expect(script(inPhase('Revoking'))).toMatchInlineSnapshot(`
    "IF SUSER_ID(N'auth_2') IS NULL CREATE LOGIN [auth_2] WITH PASSWORD = N'new-sqlserverAuthPassword';
    ELSE ALTER LOGIN [auth_2] WITH PASSWORD = N'new-sqlserverAuthPassword';
    ALTER LOGIN [auth_2] ENABLE;
    GO
    IF SUSER_ID(N'sa_2') IS NULL CREATE LOGIN [sa_2] WITH PASSWORD = N'new-sqlserverPassword';
    ELSE ALTER LOGIN [sa_2] WITH PASSWORD = N'new-sqlserverPassword';
    ALTER LOGIN [sa_2] ENABLE;
    GO
    ALTER SERVER ROLE [sysadmin] ADD MEMBER [sa_2];
    GO
    USE [auth];
    GO
    IF USER_ID(N'auth_2') IS NULL CREATE USER [auth_2] FOR LOGIN [auth_2];
    ALTER ROLE [db_owner] ADD MEMBER [auth_2];
    GO
    IF SUSER_ID(N'auth') IS NOT NULL ALTER LOGIN [auth] DISABLE;
    IF SUSER_ID(N'sa') IS NOT NULL ALTER LOGIN [sa] DISABLE;
    GO
    "
  `);
  expect(sqlServerLogins(inPhase('Revoking'))).toMatchObject({
    command: expect.arrayContaining(['-U', 'sa_2']),
    files: { password: 'new-sqlserverPassword' },
  });
});

test('no step restarts the server or sets it up anew', () => {
  const objects = (platform: Platform) =>
    sql.desired(platform, observedFrom([])).filter(({ kind }) => kind === 'StatefulSet' || kind === 'Job');
  for (const phase of ['Adding', 'Switching', 'Revoking'] as const)
    expect(objects(inPhase(phase))).toEqual(objects(plain));
});

test('a server that is made anew gets the login that is used', () => {
  const [secret] = sql
    .desired(inPhase('Revoking'), observedFrom([]))
    .filter(({ kind, metadata }) => kind === 'Secret' && metadata.name === 'demo-sqlserver');
  const { password, 'setup.sql': setup } = secret === undefined ? {} : secretValues(secret);
  expect(password).toBe('new-sqlserverPassword');
  expect(setup).toContain("CREATE LOGIN [auth_2] WITH PASSWORD = N'new-sqlserverAuthPassword'");
});
