import { describe, expect, test } from '@jest/globals';
import { startPostgresql } from '../../../../infra/local/src/stores/postgresql.ts';
import { LoginBench, plain } from '../../../test/login-bench.ts';
import type { Platform } from '../model.ts';
import { credentialsOf } from '../secrets/login-rotation.ts';
import { acceptedLogins } from '../secrets/logins.ts';
import type { Login } from '../secrets/logins.ts';
import { databasesScript, postgresqlLogins } from './logins.ts';

const bench = LoginBench.use();

describe('PostgreSQL', () => {
  test('alternates between two roles that own the same, with no moment without one', async () => {
    const store = await startPostgresql(bench.context);
    bench.endWithFile(store);
    const admin = new URL(store.settings['POSTGRES_ADMIN_URL'] ?? '');
    const port = Number(admin.port);
    const psql = (login: Login, database: string, sql: string) =>
      bench.run(
        [
          'psql',
          '-XAtq',
          '-v',
          'ON_ERROR_STOP=1',
          '-h',
          '127.0.0.1',
          '-p',
          String(port),
          '-U',
          login.user,
          '-d',
          database,
        ],
        {
          env: { PGPASSWORD: login.password },
          input: sql,
        },
      );
    const root = { user: 'postgres', password: admin.password };
    const from: Platform = {
      ...plain,
      credentials: { ...plain.credentials, postgresqlPassword: root.password },
    };
    // As on an empty volume: what the starter made is taken away, and the operator's own script is run.
    await psql(
      root,
      'postgres',
      'DROP DATABASE auth; DROP DATABASE analytics; DROP ROLE auth; DROP ROLE analytics;',
    );
    expect(await psql(root, 'postgres', databasesScript(from))).toMatchObject({ code: 0 });
    const databaseOf = ({ user }: Login) => user.replace('_2', '');
    const letsIn = async (login: Login) =>
      (await psql(login, databaseOf(login), 'SELECT 1;')).output.trim() === '1';
    for (const name of credentialsOf('postgresql')) {
      for (const login of acceptedLogins(from.credentials, name)) expect(await letsIn(login)).toBe(true);
    }
    let tables = 0;
    await bench.expectOnlyAccepted({
      store: 'postgresql',
      from,
      setup: postgresqlLogins,
      port,
      letsIn,
      // Whoever is let in may change what any other has made.
      meanwhile: async (logins) => {
        for (const login of logins) {
          tables += 1;
          const changes = Array.from(
            { length: tables - 1 },
            (_, i) => `ALTER TABLE IF EXISTS t${i + 1} ADD COLUMN IF NOT EXISTS c${tables} int;`,
          ).join('\n');
          const made = `CREATE TABLE t${tables} (id int); INSERT INTO t${tables} VALUES (1);`;
          expect(await psql(login, databaseOf(login), `${made}\n${changes}`)).toMatchObject({ code: 0 });
        }
        const [someone] = logins.filter((login) => databaseOf(login) === 'auth');
        const owners = await psql(
          someone ?? root,
          'auth',
          "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public';",
        );
        expect(owners.output.trim()).toBe('auth');
      },
    });
    const fromAuth = { user: 'auth', password: 'nothing' };
    expect((await psql(fromAuth, 'analytics', 'SELECT 1;')).code).not.toBe(0);
  }, 60_000);
});
