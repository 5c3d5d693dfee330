import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { newId } from '@chatplatform/kit/ids';
import { connectMongo } from '@chatplatform/kit/mongo';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { freePort, readiness, runProgram, SERVE } from '@chatplatform/kit/testing/program';
import { describeWith } from '@chatplatform/kit/testing/require-store';

const cwd = fileURLToPath(new URL('..', import.meta.url));

describeWith('AMQP_URL', 'notification as a process, with RabbitMQ', (amqpUrl) => {
  describeWith('MONGODB_URL', 'and MongoDB', (mongoUrl) => {
    const database = `notification_${newId().slice(-12)}`;
    const store = { MONGODB_URL: mongoUrl, MONGODB_DATABASE: database };

    it('names every setting that is wrong or missing, and ends', async () => {
      const program = runProgram({
        cwd,
        args: SERVE,
        env: { ...store, SMTP_URL: 'http://x', PUSH_ENABLED: 'true' },
      });
      expect(await program.exited).toBe(1);
      for (const key of ['AMQP_URL', 'SMTP_URL', 'MAIL_FROM', 'GATEWAY_URL']) {
        expect(program.output()).toContain(key);
      }
    });

    it('starts by its configuration alone, is ready once migrated, and ends when told to', async () => {
      const managementPort = await freePort();
      const service = runProgram({
        cwd,
        args: SERVE,
        env: {
          ...store,
          HTTP_PORT: '0',
          MANAGEMENT_PORT: String(managementPort),
          AMQP_URL: amqpUrl,
          PUBLIC_URL: 'http://127.0.0.1',
          JWKS_URL: 'http://127.0.0.1:1/',
          GATEWAY_URL: 'http://127.0.0.1:1',
          SMTP_URL: 'smtp://127.0.0.1:1',
          MAIL_FROM: 'chat@example.org',
          INTERNAL_TOKEN_KEY: randomBytes(32).toString('base64'),
        },
      });
      await eventually(
        () => readiness(managementPort),
        (status) => status === 503,
      );
      const migration = runProgram({ cwd, args: ['src/migrate.ts'], env: store });
      expect({ code: await migration.exited, output: migration.output() }).toMatchObject({ code: 0 });
      await eventually(
        () => readiness(managementPort),
        (status) => status === 200,
      );
      service.child.kill('SIGTERM');
      expect({ code: await service.exited, output: service.output() }).toMatchObject({ code: 0 });
      const mongo = await connectMongo({ url: mongoUrl, database });
      await mongo.db.dropDatabase();
      await mongo.close();
    });
  });
});
