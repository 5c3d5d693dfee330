import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { tokenResponse } from '@chatplatform/contracts/http/auth';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { Client as PgClient } from 'pg';
import { PASSWORD } from './testing/core.ts';
import { createClient, newSigningKey } from './testing/http.ts';
import { createTestSchema } from './testing/postgres.ts';
import type { TestSchema } from './testing/postgres.ts';
import { runProgram } from './testing/process.ts';
import type { ServiceProcess } from './testing/process.ts';

const SERVE = ['--import', '@chatplatform/kit/telemetry-register', 'src/main.ts'];
const ADMIN = { username: 'chief', password: 'seven paper lanterns adrift' };

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const readiness = async (port: string): Promise<number> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status,
    () => 0,
  );

describeWith('AMQP_URL', 'auth as a process, with RabbitMQ', (amqpUrl) => {
  describeWith('POSTGRES_URL', 'and PostgreSQL', (serverUrl) => {
    let schema: TestSchema;
    let env: Record<string, string> & { HTTP_PORT: string; MANAGEMENT_PORT: string };
    let service: ServiceProcess;
    beforeAll(async () => {
      schema = await createTestSchema(serverUrl);
      env = {
        HTTP_PORT: String(await freePort()),
        MANAGEMENT_PORT: String(await freePort()),
        AMQP_URL: amqpUrl,
        SQL_ENGINE: 'PostgreSQL',
        SQL_URL: schema.url,
        PUBLIC_URL: 'http://127.0.0.1',
        JWKS_URL: 'http://127.0.0.1/.well-known/jwks.json',
        INTERNAL_TOKEN_KEY: randomBytes(32).toString('base64'),
        JWT_SIGNING_KEY: newSigningKey(),
        BOOTSTRAP_ADMIN_USERNAME: ADMIN.username,
        BOOTSTRAP_ADMIN_EMAIL: 'chief@example.org',
        BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      };
      service = runProgram(SERVE, env);
    });
    afterAll(async () => {
      service.child.kill('SIGKILL');
      await schema.drop();
    });
    const send = (...args: Parameters<ReturnType<typeof createClient>>) =>
      createClient(`http://127.0.0.1:${env.HTTP_PORT}`)(...args);

    it('is alive but not ready until the schema is there', async () => {
      await eventually(
        () => readiness(env.MANAGEMENT_PORT),
        (status) => status === 503,
      );
      const migration = runProgram(['src/migrate.ts'], { SQL_ENGINE: 'PostgreSQL', SQL_URL: schema.url });
      expect({ code: await migration.exited, output: migration.output() }).toMatchObject({ code: 0 });
      await eventually(
        () => readiness(env.MANAGEMENT_PORT),
        (status) => status === 200,
      );
    }, 30_000);

    it('has made the first administrator', async () => {
      const answer = await send('POST', '/api/v1/auth/login', {
        json: { login: ADMIN.username, password: ADMIN.password },
      });
      expect(tokenResponse.parse(answer.body).account.roles).toEqual(['admin']);
    });

    it('registers, and the event reaches the broker', async () => {
      const json = { username: 'ada', email: 'ada@example.org', displayName: 'Ada', password: PASSWORD };
      expect(await send('POST', '/api/v1/auth/register', { json })).toMatchObject({ status: 201 });
      const client = new PgClient({ connectionString: schema.url });
      await client.connect();
      // A row leaves the outbox only when the broker has confirmed its event.
      await eventually(
        async () => (await client.query<{ event_id: string }>('SELECT event_id FROM outbox')).rows,
        (rows) => rows.length === 0,
      );
      await client.end();
    }, 20_000);

    it('keeps passwords and tokens out of its log', () => {
      expect(service.output()).toContain('"msg":"request"');
      expect(service.output()).not.toContain(PASSWORD);
      expect(service.output()).not.toContain(ADMIN.password);
      expect(service.output()).not.toMatch(/eyJ[A-Za-z0-9]/);
    });

    it('ends cleanly on SIGTERM', async () => {
      service.child.kill('SIGTERM');
      await expect(service.exited).resolves.toBe(0);
    }, 30_000);

    it('refuses a wrong configuration in one line that names every key', async () => {
      const { JWT_SIGNING_KEY: _key, BOOTSTRAP_ADMIN_EMAIL: _email, ...rest } = env;
      const broken = runProgram(SERVE, {
        ...rest,
        SQL_ENGINE: 'Oracle',
        BOOTSTRAP_ADMIN_PASSWORD: 'password1234',
      });
      await expect(broken.exited).resolves.toBe(1);
      const fatal = broken
        .output()
        .split('\n')
        .filter((line) => line.includes('"level":"fatal"'));
      expect(fatal).toHaveLength(1);
      for (const key of ['JWT_SIGNING_KEY', 'SQL_ENGINE', 'BOOTSTRAP_ADMIN_PASSWORD'])
        expect(fatal[0]).toContain(key);
    }, 20_000);
  });
});
