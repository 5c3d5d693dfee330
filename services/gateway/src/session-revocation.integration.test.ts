import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { tokenResponse } from '@chatplatform/contracts/http/auth';
import type { TokenResponse } from '@chatplatform/contracts/http/auth';
import { newId } from '@chatplatform/kit/ids';
import { eventually } from '@chatplatform/kit/testing/eventually';
import { createHttpClient } from '@chatplatform/kit/testing/http-client';
import type { Send } from '@chatplatform/kit/testing/http-client';
import { openSchema } from '@chatplatform/kit/testing/postgres-schema';
import { startTcpProxy } from '@chatplatform/kit/testing/tcp-proxy';
import type { TcpProxy } from '@chatplatform/kit/testing/tcp-proxy';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Client } from './testing/live-gateway.ts';
import { describeWithPlatform, startPlatform } from './testing/platform.ts';
import type { TestPlatform } from './testing/platform.ts';
import { migrate, startService } from './testing/services.ts';
import type { ServiceProcess } from './testing/services.ts';

const { POSTGRES_URL = '', AMQP_URL = '' } = process.env;

// Real servers take real time, above all while others use the machine.
jest.setTimeout(120_000);

const password = 'seven paper lanterns adrift';

const suite = (): void => {
  let schema: Awaited<ReturnType<typeof openSchema>>;
  let auth: ServiceProcess;
  let authBroker: TcpProxy;
  let platform: TestPlatform;
  let http: Send;

  beforeAll(async () => {
    schema = await openSchema(POSTGRES_URL);
    const internalTokenKey = randomBytes(32).toString('base64');
    const broker = new URL(AMQP_URL);
    authBroker = await startTcpProxy(broker.hostname, Number(broker.port));
    broker.port = String(authBroker.port);
    const environment = {
      LOG_LEVEL: 'warn',
      PUBLIC_URL: 'http://chat.example.org',
      SQL_ENGINE: 'PostgreSQL',
      SQL_URL: schema.url,
      AMQP_URL: broker.href,
      JWKS_URL: 'http://127.0.0.1/.well-known/jwks.json',
      INTERNAL_TOKEN_KEY: internalTokenKey,
      JWT_SIGNING_KEY: generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    };
    await migrate('auth', environment);
    auth = await startService('auth', environment);
    http = createHttpClient(auth.url);
    const jwksUrl = `${auth.url}/.well-known/jwks.json`;
    platform = await startPlatform({ auth: { jwksUrl, internalTokenKey } });
  }, 300_000);

  afterAll(async () => {
    await platform.stop();
    auth.child.kill('SIGTERM');
    await auth.exited;
    await authBroker.close();
    await schema.dispose();
  });

  const logIn = async (username: string): Promise<TokenResponse> =>
    tokenResponse.parse(
      (await http('POST', '/api/v1/auth/login', { json: { login: username, password } })).body,
    );
  const register = async (): Promise<string> => {
    const username = `u${newId().slice(-12)}`;
    const json = { username, email: `${username}@example.org`, displayName: username, password };
    expect(await http('POST', '/api/v1/auth/register', { json })).toMatchObject({ status: 201 });
    return username;
  };
  const logOut = ({ refreshToken }: TokenResponse) =>
    http('POST', '/api/v1/auth/logout', { json: { refreshToken } });
  const onBoth = async ({ accessToken }: TokenResponse): Promise<Client[]> => [
    await platform.connectWith('first', accessToken),
    await platform.connectWith('second', accessToken),
  ];
  const ended = (clients: readonly Client[]) =>
    eventually(
      () => clients.map(({ socket }) => socket.connected),
      (connected) => !connected.includes(true),
    );

  it('cuts its connections on every gateway, and its tokens are good for nothing', async () => {
    const username = await register();
    const [lost, kept] = [await logIn(username), await logIn(username)];
    const [cut, staying] = [await onBoth(lost), await onBoth(kept)];
    expect((await platform.request(lost.accessToken, '', undefined, 'GET')).status).toBe(200);
    expect(await logOut(lost)).toMatchObject({ status: 204 });
    await ended(cut);
    for (const client of cut) expect(client.received('session:ended')).toEqual([{ reason: 'revoked' }]);
    for (const gateway of ['first', 'second'] as const)
      await expect(platform.connectWith(gateway, lost.accessToken)).rejects.toMatchObject({
        data: { status: 401, code: 'session.ended' },
      });
    const refused = await eventually(
      () => platform.request(lost.accessToken, '', undefined, 'GET'),
      ({ status }) => status !== 200,
    );
    expect(await refused.json()).toMatchObject({ status: 401, code: 'session.ended' });
    for (const client of staying) {
      expect(client.socket.connected).toBe(true);
      expect(await client.request('token:renew', { token: kept.accessToken })).toMatchObject({ ok: true });
    }
  });

  it('follows the reuse of a refresh token, and the end of all sessions', async () => {
    const username = await register();
    const stolen = await logIn(username);
    const clients = await onBoth(stolen);
    const refresh = () =>
      http('POST', '/api/v1/auth/refresh', { json: { refreshToken: stolen.refreshToken } });
    expect(await refresh()).toMatchObject({ status: 200 });
    expect(await refresh()).toMatchObject({ status: 401 });
    await ended(clients);
    const [one, two] = [await logIn(username), await logIn(username)];
    const all = [...(await onBoth(one)), ...(await onBoth(two))];
    const token = one.accessToken;
    expect(await http('DELETE', '/api/v1/auth/sessions', { token })).toMatchObject({ status: 204 });
    await ended(all);
  });

  it('is heard of though a gateway has lost the broker and Redis', async () => {
    const session = await logIn(await register());
    const clients = await onBoth(session);
    platform.cut('broker', ['second']);
    platform.cut('redis');
    await logOut(session);
    await ended(clients);
    platform.restore('broker', ['second']);
    platform.restore('redis');
  });

  it('is heard of though auth cannot reach the broker, which has the event later', async () => {
    const session = await logIn(await register());
    const clients = await onBoth(session);
    authBroker.cut();
    await logOut(session);
    await ended(clients);
    const waiting = async (): Promise<number> =>
      Number((await schema.pool.query<{ n: string }>('SELECT count(*) AS n FROM outbox')).rows[0]?.n);
    expect(await waiting()).toBe(1);
    authBroker.restore();
    await eventually(waiting, (count) => count === 0, 30_000);
  });
};

describeWithPlatform('the end of a session, with auth and two gateways', suite, ['POSTGRES_URL']);
