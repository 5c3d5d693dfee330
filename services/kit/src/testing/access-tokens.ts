import { once } from 'node:events';
import { createServer } from 'node:http';
import { REVOKED_SESSIONS_PATH } from '@chatplatform/contracts/http/internal';
import type { RevokedSessions } from '@chatplatform/contracts/http/internal';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export type TokenClaims = {
  readonly userId: string;
  readonly sessionId?: string;
  readonly roles?: readonly string[];
  /** Default 300. */
  readonly lifetimeSeconds?: number;
};

export type TokenIssuer = {
  readonly jwksUrl: string;
  issue(claims: TokenClaims): Promise<string>;
  close(): void;
};

const nothingRevoked = (): RevokedSessions => ({
  items: [],
  complete: true,
  nextSince: new Date().toISOString(),
});

/** Stands for the auth service: publishes a key and signs access tokens with it. */
export const startTokenIssuer = async (): Promise<TokenIssuer> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
  const server = createServer((request, response) => {
    const body = request.url?.startsWith(REVOKED_SESSIONS_PATH) === true ? nothingRevoked() : { keys: [key] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    jwksUrl: `http://127.0.0.1:${port}/`,
    issue: ({ userId, sessionId = 'session', roles = ['user'], lifetimeSeconds = 300 }) =>
      new SignJWT({ sid: sessionId, username: 'someone', roles })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setSubject(userId)
        .setIssuer('chatplatform')
        .setAudience('chatplatform')
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetimeSeconds)
        .sign(privateKey),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
};
