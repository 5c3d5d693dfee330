import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { tokenResponse } from '@chatplatform/contracts/http/auth';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { createHttpClient } from '@chatplatform/kit/testing/http-client';
import type { Send } from '@chatplatform/kit/testing/http-client';
import { openSchema } from '@chatplatform/kit/testing/postgres-schema';
import { freePort, readiness, runProgram, SERVE } from '@chatplatform/kit/testing/program';
import type { RunningProgram } from '@chatplatform/kit/testing/program';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { PASSWORD } from './testing/core.ts';
import { newSigningKey } from './testing/http.ts';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const ADMIN = { username: 'chief', password: 'seven paper lanterns adrift' };

describeWith('AMQP_URL', 'auth as a process, with RabbitMQ', (amqpUrl) => {
  describeWith('POSTGRES_URL', 'and PostgreSQL', (serverUrl) => {
    let schema: Awaited<ReturnType<typeof openSchema>>;
    let env: Record<string, string>;
    let service: RunningProgram;
    let send: Send;
    let managementPort: number;
    beforeAll(async () => {
      schema = await openSchema(serverUrl);
      const httpPort = await freePort();
      managementPort = await freePort();
      send = createHttpClient(`http://127.0.0.1:${httpPort}`);
      env = {
        HTTP_PORT: String(httpPort),
        MANAGEMENT_PORT: String(managementPort),
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
      service = runProgram({ cwd, args: SERVE, env });
    });
    afterAll(async () => {
      service.child.kill('SIGKILL');
      await schema.dispose();
    });
    it('is alive but not ready until the schema is there', async () => {
      await eventually(
        () => readiness(managementPort),
        (status) => status === 503,
      );
      const migration = runProgram({
        cwd,
        args: ['src/migrate.ts'],
        env: { SQL_ENGINE: 'PostgreSQL', SQL_URL: schema.url },
      });
      expect({ code: await migration.exited, output: migration.output() }).toMatchObject({ code: 0 });
      await eventually(
        () => readiness(managementPort),
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
      // A row leaves the outbox only when the broker has confirmed its event.
      await eventually(
        async () => (await schema.pool.query<{ event_id: string }>('SELECT event_id FROM outbox')).rows,
        (rows) => rows.length === 0,
      );
    });

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
      const broken = runProgram({
        cwd,
        args: SERVE,
        env: { ...rest, SQL_ENGINE: 'Oracle', BOOTSTRAP_ADMIN_PASSWORD: 'password1234' },
      });
      await expect(broken.exited).resolves.toBe(1);
      const fatal = broken
        .output()
        .split('\n')
        .filter((line) => line.includes('"level":"fatal"'));
      expect(fatal).toHaveLength(1);
      for (const key of ['JWT_SIGNING_KEY', 'SQL_ENGINE', 'BOOTSTRAP_ADMIN_PASSWORD'])
        expect(fatal[0]).toContain(key);
    });
  });
});
