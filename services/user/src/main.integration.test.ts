import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectEventBus, newEvent } from '@chatplatform/kit/events';
import type { EventBus } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { createLogger } from '@chatplatform/kit/logger';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { collectionsOf } from './infrastructure/mongo/collections.ts';
import { createClient } from './testing/http.ts';
import type { Send } from './testing/http.ts';
import { startIssuer } from './testing/issuer.ts';
import type { Issuer } from './testing/issuer.ts';
import { createTestDatabase } from './testing/mongo.ts';
import type { TestDatabase } from './testing/mongo.ts';
import { freePort, readiness, runProgram } from './testing/process.ts';
import type { ServiceProcess } from './testing/process.ts';

const SERVE = ['--import', '@chatplatform/kit/telemetry-register', 'src/main.ts'];

describeWith('AMQP_URL', 'user as a process, with RabbitMQ', (amqpUrl) => {
  describeWith('MONGODB_URL', 'and MongoDB', (mongoUrl) => {
    const userId = newId();
    let database: TestDatabase;
    let issuer: Issuer;
    let bus: EventBus;
    let send: Send;
    let service: ServiceProcess;
    let managementPort: number;
    let mongoConfig: Record<string, string>;
    beforeAll(async () => {
      database = await createTestDatabase(mongoUrl);
      issuer = await startIssuer();
      const logger = createLogger({ service: 'test', level: 'silent' });
      bus = await connectEventBus({ url: amqpUrl, service: 'test', logger });
      const httpPort = await freePort();
      managementPort = await freePort();
      send = createClient(`http://127.0.0.1:${httpPort}`);
      mongoConfig = { MONGODB_URL: mongoUrl, MONGODB_DATABASE: database.name };
      service = runProgram(SERVE, {
        ...mongoConfig,
        HTTP_PORT: String(httpPort),
        MANAGEMENT_PORT: String(managementPort),
        AMQP_URL: amqpUrl,
        PUBLIC_URL: 'http://127.0.0.1',
        JWKS_URL: issuer.jwksUrl,
        INTERNAL_TOKEN_KEY: randomBytes(32).toString('base64'),
      });
    });
    afterAll(async () => {
      service.child.kill('SIGKILL');
      await bus.close();
      issuer.close();
      await database.drop();
    });

    it('is alive but not ready until it is migrated', async () => {
      await eventually(
        () => readiness(managementPort),
        (status) => status === 503,
      );
      const migration = runProgram(['src/migrate.ts'], mongoConfig);
      expect({ code: await migration.exited, output: migration.output() }).toMatchObject({ code: 0 });
      await eventually(
        () => readiness(managementPort),
        (status) => status === 200,
      );
    }, 30_000);

    it('makes a profile of a registration', async () => {
      const token = await issuer.sign(userId);
      const registeredAt = new Date().toISOString();
      const data = { userId, email: 'ada@example.org', username: 'ada', displayName: 'Ada', registeredAt };
      const profile = await eventually(
        async () => {
          // Repeated, because another user service on the same broker would share the queue, and because it may be.
          const now = new Date();
          await bus.publish(
            newEvent({ type: 'user.registered.v1', source: '/services/auth', subject: userId, data, now }),
          );
          return send('GET', '/api/v1/users/me', { token });
        },
        ({ status }) => status === 200,
      );
      expect(profile.body).toMatchObject({ id: userId, username: 'ada', createdAt: registeredAt });
    }, 30_000);

    it('tells the broker of a change', async () => {
      const token = await issuer.sign(userId);
      await expect(send('PATCH', '/api/v1/users/me', { token, json: { bio: 'new' } })).resolves.toMatchObject(
        {
          status: 200,
        },
      );
      const { profiles } = collectionsOf(database.db);
      // An entry leaves the outbox only when the broker has confirmed its event.
      await eventually(
        () => profiles.countDocuments({ outbox: { $exists: true } }),
        (waiting) => waiting === 0,
      );
    }, 20_000);

    it('lets nobody in without a token of this platform', async () => {
      const foreign = await issuer.sign(userId, 'another-platform');
      for (const options of [{}, { token: 'forged' }, { token: foreign }]) {
        expect((await send('GET', '/api/v1/users/me', options)).status).toBe(401);
      }
    });

    it('ends cleanly on SIGTERM', async () => {
      service.child.kill('SIGTERM');
      await expect(service.exited).resolves.toBe(0);
      expect(service.output()).not.toMatch(/"level":"(error|fatal)"/);
    }, 30_000);
  });
});
