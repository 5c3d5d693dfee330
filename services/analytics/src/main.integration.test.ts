import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { openSchema } from '@chatplatform/kit/testing/postgres-schema';
import { freePort, readiness, runProgram, SERVE } from '@chatplatform/kit/testing/program';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { LOGIN_SETTINGS, openBucket } from './testing/influx.ts';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const needed = ['AMQP_URL', 'POSTGRES_URL', 'INFLUX_URL'].find((key) => !process.env[key]);
const { AMQP_URL = '', POSTGRES_URL = '', INFLUX_URL = '' } = process.env;

describeWith(needed ?? 'AMQP_URL', 'analytics as a process', () => {
  it('names every setting that is wrong or missing, and ends', async () => {
    const program = runProgram({ cwd, args: SERVE, env: { POSTGRES_URL: 'mysql://x' } });
    expect(await program.exited).toBe(1);
    for (const key of ['AMQP_URL', 'POSTGRES_URL', 'INFLUX_URL', 'INFLUX_TOKEN']) {
      expect(program.output()).toContain(key);
    }
  });

  it('starts by its configuration alone, is ready once migrated, and ends when told to', async () => {
    const schema = await openSchema(POSTGRES_URL);
    const { options } = await openBucket(INFLUX_URL);
    const stores = {
      POSTGRES_URL: schema.url,
      INFLUX_URL,
      ...LOGIN_SETTINGS,
      INFLUX_ORG: options.org,
      INFLUX_BUCKET: `test-${newId().slice(-12)}`,
    };
    const managementPort = await freePort();
    const service = runProgram({
      cwd,
      args: SERVE,
      env: {
        ...stores,
        HTTP_PORT: '0',
        MANAGEMENT_PORT: String(managementPort),
        AMQP_URL,
        PUBLIC_URL: 'http://127.0.0.1',
        JWKS_URL: 'http://127.0.0.1:1/',
        INTERNAL_TOKEN_KEY: randomBytes(32).toString('base64'),
      },
    });
    await eventually(
      () => readiness(managementPort),
      (status) => status === 503,
    );
    const migrations = [1, 2].map(() => runProgram({ cwd, args: ['src/migrate.ts'], env: stores }));
    for (const migration of migrations) {
      expect({ code: await migration.exited, output: migration.output() }).toMatchObject({ code: 0 });
    }
    await eventually(
      () => readiness(managementPort),
      (status) => status === 200,
    );
    service.child.kill('SIGTERM');
    expect({ code: await service.exited, output: service.output() }).toMatchObject({ code: 0 });
    await schema.dispose();
  });
});
