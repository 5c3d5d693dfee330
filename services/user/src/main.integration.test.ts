import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SHOWN_MEDIA_PATH } from '@chatplatform/contracts/http/internal';
import { createInternalTokens } from '@chatplatform/kit/access';
import { connectEventBus, newEvent } from '@chatplatform/kit/events';
import type { EventBus } from '@chatplatform/kit/events';
import { newId } from '@chatplatform/kit/ids';
import { createLogger } from '@chatplatform/kit/logger';
import { startTokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import type { TokenIssuer } from '@chatplatform/kit/testing/access-tokens';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { createHttpClient } from '@chatplatform/kit/testing/http-client';
import type { Send } from '@chatplatform/kit/testing/http-client';
import { freePort, readiness, runProgram, SERVE } from '@chatplatform/kit/testing/program';
import type { RunningProgram } from '@chatplatform/kit/testing/program';
import { describeWith } from '@chatplatform/kit/testing/require-store';
import { collectionsOf } from './infrastructure/mongo/collections.ts';
import { createTestDatabase } from './testing/mongo.ts';
import type { TestDatabase } from './testing/mongo.ts';

const cwd = fileURLToPath(new URL('..', import.meta.url));

describeWith('AMQP_URL', 'user as a process, with RabbitMQ', (amqpUrl) => {
  describeWith('MONGODB_URL', 'and MongoDB', (mongoUrl) => {
    const userId = newId();
    const internalKey = randomBytes(32).toString('base64');
    let database: TestDatabase;
    let issuer: TokenIssuer;
    let bus: EventBus;
    let send: Send;
    let service: RunningProgram;
    let managementPort: number;
    let mongoConfig: Record<string, string>;
    beforeAll(async () => {
      database = await createTestDatabase(mongoUrl);
      issuer = await startTokenIssuer();
      const logger = createLogger({ service: 'test', level: 'silent' });
      bus = await connectEventBus({ url: amqpUrl, service: 'test', logger });
      const httpPort = await freePort();
      managementPort = await freePort();
      send = createHttpClient(`http://127.0.0.1:${httpPort}`);
      mongoConfig = { MONGODB_URL: mongoUrl, MONGODB_DATABASE: database.name };
      service = runProgram({
        cwd,
        args: SERVE,
        env: {
          ...mongoConfig,
          HTTP_PORT: String(httpPort),
          MANAGEMENT_PORT: String(managementPort),
          AMQP_URL: amqpUrl,
          PUBLIC_URL: 'http://127.0.0.1',
          JWKS_URL: issuer.jwksUrl,
          INTERNAL_TOKEN_KEY: internalKey,
        },
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
      const migration = runProgram({ cwd, args: ['src/migrate.ts'], env: mongoConfig });
      expect({ code: await migration.exited, output: migration.output() }).toMatchObject({ code: 0 });
      await eventually(
        () => readiness(managementPort),
        (status) => status === 200,
      );
    }, 30_000);

    it('makes a profile of a registration', async () => {
      const token = await issuer.issue({ userId });
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
      const token = await issuer.issue({ userId });
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
    });

    it('tells other services which media profiles show, and nobody else', async () => {
      const [shown, other] = [newId(), newId()];
      const token = await issuer.issue({ userId });
      await send('PATCH', '/api/v1/users/me', { token, json: { avatarMediaId: shown } });
      const ask = (credentials: string) =>
        send('POST', SHOWN_MEDIA_PATH, { token: credentials, json: { mediaIds: [shown, other] } });
      const internal = await createInternalTokens({ key: internalKey, service: 'media' }).mint('user');
      await expect(ask(internal)).resolves.toMatchObject({ status: 200, body: { shown: [shown] } });
      await expect(ask(token)).resolves.toMatchObject({ status: 401 });
    });

    it('lets nobody in without a valid token', async () => {
      const expired = await issuer.issue({ userId, lifetimeSeconds: -1 });
      for (const options of [{}, { token: 'forged' }, { token: expired }]) {
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
