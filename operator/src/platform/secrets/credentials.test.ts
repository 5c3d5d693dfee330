import { describe, expect, test } from '@jest/globals';
import { predictableEntropy } from '../../../test/platform-of.ts';
import { systemEntropy } from '../../environment.ts';
import { credentialsSecret, decideCredentials } from './credentials.ts';

const platform = { name: 'demo', namespace: 'chat' };

describe('credentials', () => {
  test('are made once and then kept', () => {
    const first = decideCredentials(undefined, systemEntropy);
    const secret = credentialsSecret(platform, first.credentials);
    const second = decideCredentials(secret, systemEntropy);
    expect(second).toEqual({ credentials: first.credentials, made: [] });
  });

  test('what a newer operator needs is added to what is there', () => {
    const { credentials } = decideCredentials(undefined, predictableEntropy());
    const { redisPassword: _, ...older } = credentials;
    const secret = credentialsSecret(platform, older as typeof credentials);
    const decision = decideCredentials(secret, systemEntropy);
    expect(decision.made).toEqual(['redisPassword']);
    expect(decision.credentials).toEqual({
      ...credentials,
      redisPassword: decision.credentials.redisPassword,
    });
  });

  test('are all different, and long enough', () => {
    const { credentials } = decideCredentials(undefined, systemEntropy);
    const values = Object.values(credentials);
    expect(new Set(values).size).toBe(values.length);
    expect(Buffer.from(credentials.internalTokenKey, 'base64').length).toBeGreaterThanOrEqual(32);
    const passwords = Object.entries(credentials).filter(([name]) => name.endsWith('Password'));
    for (const [, password] of passwords) expect(password).toMatch(/^[A-Za-z0-9_-]{32,}$/);
  });

  test('a stored Secret is replaced only as it was read', () => {
    const { credentials } = decideCredentials(undefined, predictableEntropy());
    expect(credentialsSecret(platform, credentials, { resourceVersion: '42' }).metadata.resourceVersion).toBe(
      '42',
    );
    expect(credentialsSecret(platform, credentials).metadata.resourceVersion).toBeUndefined();
  });
});
