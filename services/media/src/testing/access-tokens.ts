import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Stands for auth: publishes a key and signs access tokens with it. */
export async function startTokenIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    tokenFor: (userId: string, roles: string[] = ['user']): Promise<string> =>
      new SignJWT({ sid: 'session', username: 'someone', roles })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setSubject(userId)
        .setIssuer('chatplatform')
        .setAudience('chatplatform')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
    close: (): void => void server.close(),
  };
}
