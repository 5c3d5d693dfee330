import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, decodeProtectedHeader, SignJWT } from 'jose';
import { createEs256Tokens } from './es256-tokens.ts';
import type { Es256Tokens } from './es256-tokens.ts';

const newPem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

const account = {
  id: '019a0000-0000-7000-8000-000000000001',
  email: 'ada@example.org',
  username: 'ada',
  displayName: 'Ada',
  roles: ['admin'],
  passwordHash: 'secret-hash',
  createdAt: new Date(),
};
const common = { issuer: 'chatplatform', audience: 'chatplatform', ttlSeconds: 600 };

describe('createEs256Tokens', () => {
  const pem = newPem();
  let tokens: Es256Tokens;
  beforeAll(async () => {
    tokens = await createEs256Tokens({ ...common, pem });
  });

  it('issues what it verifies, and names the key by its thumbprint', async () => {
    const now = new Date();
    const { token, expiresInSeconds } = await tokens.issue(account, 'session-1', now);
    expect(expiresInSeconds).toBe(600);
    const [key] = tokens.keySet.keys;
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'JWT', kid: key?.kid });
    expect(key?.kid).toBe(
      await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x: key?.x ?? '', y: key?.y ?? '' }),
    );
    await expect(tokens.verify(token)).resolves.toEqual({
      userId: account.id,
      username: 'ada',
      roles: ['admin'],
      sessionId: 'session-1',
      expiresAt: new Date((Math.floor(now.getTime() / 1000) + 600) * 1000),
    });
  });

  it('publishes no private part and puts nothing personal but the username into the token', async () => {
    expect(tokens.keySet.keys[0]).not.toHaveProperty('d');
    const { token } = await tokens.issue(account, 's', new Date());
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    expect(payload).not.toMatch(/example\.org|secret-hash/);
  });

  it('accepts tokens of the key before once a new one was put first', async () => {
    const { token } = await tokens.issue(account, 's', new Date());
    const rotated = await createEs256Tokens({ ...common, pem: `${newPem()}${pem}` });
    await expect(rotated.verify(token)).resolves.toMatchObject({ userId: account.id });
    const replaced = await createEs256Tokens({ ...common, pem: newPem() });
    await expect(replaced.verify(token)).rejects.toMatchObject({ code: 'token.invalid' });
  });

  it('refuses expired, foreign and unsigned tokens', async () => {
    const hourAgo = new Date(Date.now() - 3_600_000);
    const { token: expired } = await tokens.issue(account, 's', hourAgo);
    await expect(tokens.verify(expired)).rejects.toMatchObject({ code: 'token.expired' });
    const foreign = await createEs256Tokens({ ...common, audience: 'other', pem });
    const { token: elsewhere } = await foreign.issue(account, 's', new Date());
    await expect(tokens.verify(elsewhere)).rejects.toMatchObject({ code: 'token.invalid' });
    const symmetric = await new SignJWT({ sid: 's' })
      .setProtectedHeader({ alg: 'HS256', kid: tokens.keySet.keys[0]?.kid ?? '' })
      .sign(Buffer.from(JSON.stringify(tokens.keySet.keys[0])));
    await expect(tokens.verify(symmetric)).rejects.toMatchObject({ code: 'token.invalid' });
    await expect(tokens.verify('nonsense')).rejects.toMatchObject({ code: 'token.invalid' });
  });

  it.each(['', 'not a pem', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'])(
    'says what to do about an unusable key: %j',
    async (wrong) => {
      await expect(createEs256Tokens({ ...common, pem: wrong })).rejects.toThrow('JWT_SIGNING_KEY');
    },
  );
});
