import { expect, test } from '@jest/globals';
import { SERVICE_NAMES } from '../dev/service-settings.ts';
import { makeSecrets } from '../dev/secrets.ts';
import { composeEdge, composeFiles } from './configuration.ts';

const passwords = {
  rabbitmq: 'r-pass',
  redis: 're-pass',
  postgresql: 'p-pass',
  mongodb: 'm-pass',
  sqlserver: 's#pass',
  objectStorage: 'o-pass',
};
const files = composeFiles(makeSecrets(), passwords, 'http://localhost:8080');

test('every service has its ports, and reaches the others by name', () => {
  for (const service of SERVICE_NAMES) {
    expect(files[`${service}/HTTP_PORT`]).toBe('8080');
    expect(files[`${service}/JWKS_URL`]).toBe('http://auth:8080/.well-known/jwks.json');
  }
});

test('a store and those who connect to it hold the same password', () => {
  expect(files['rabbitmq/20-users.conf']).toContain('r-pass');
  expect(files['chat/AMQP_URL']).toContain('r-pass');
  expect(new URL(files['auth/SQL_URL'] ?? '').password).toBe('s%23pass');
});

test('the edge upgrades the live connection and closes internal paths', () => {
  const edge = composeEdge();
  expect(edge).toMatch(/\/socket\.io\/ \{[^}]*Connection upgrade/);
  expect(edge).toMatch(/location \/internal \{\s*return 404/);
});
