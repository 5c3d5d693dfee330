import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { v7 as newId } from 'uuid';

/** Longer than any run: what renewing tokens costs is not measured here. */
const TOKEN_LIFETIME = '12h';
const KEY_ID = 'bench';

export interface Person {
  readonly userId: string;
  readonly token: string;
}

/** Stands in for the auth service: signs access tokens and publishes the key to check them with. */
export interface Identities {
  /** People with a session each. The same ones again for a number asked for before: tokens are made once. */
  people(count: number): Promise<readonly Person[]>;
  close(): Promise<void>;
}

/** @param port where the services expect `/.well-known/jwks.json` of the auth service */
export async function startIdentities(port: number): Promise<Identities> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'ES256', use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  const register = async (index: number): Promise<Person> => {
    const userId = newId();
    const token = await new SignJWT({ sid: newId(), username: `person-${index}`, roles: ['user'] })
      .setProtectedHeader({ alg: 'ES256', kid: KEY_ID })
      .setIssuer('chatplatform')
      .setAudience('chatplatform')
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime(TOKEN_LIFETIME)
      .sign(privateKey);
    return { userId, token };
  };
  const registered: Person[] = [];
  return {
    async people(count) {
      while (registered.length < count) registered.push(await register(registered.length));
      return registered.slice(0, count);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
