import { describe, expect, test } from '@jest/globals';
import { proxyRules } from './proxy.ts';
import { makeSecrets } from './secrets.ts';
import { type Addresses, PORTS, SERVICE_NAMES, serviceSettings } from './service-settings.ts';

const stores = {
  AMQP_URL: 'amqp://x',
  REDIS_URL: 'redis://x',
  SQL_URL: 'postgres://auth',
  POSTGRES_URL: 'postgres://analytics',
  MONGODB_URL: 'mongodb://x',
  INFLUX_URL: 'http://x',
  SMTP_URL: 'smtp://x',
  AZURE_BLOB_CONNECTION_STRING: 'x',
};
const addresses: Addresses = {
  stores,
  publicUrl: 'http://localhost:4200',
  http: PORTS.http,
  management: PORTS.management,
};

describe('serviceSettings', () => {
  test('no two services listen on one port', () => {
    const ports = [...Object.values(PORTS.http), ...Object.values(PORTS.management), PORTS.web];
    expect(new Set(ports).size).toBe(ports.length);
  });

  test('a service gets its own secrets and nobody else’s', () => {
    const secrets = makeSecrets();
    const withKey = SERVICE_NAMES.filter((service) =>
      Object.values(serviceSettings(service, addresses, secrets)).includes(secrets.jwtSigningKey),
    );
    expect(withKey).toEqual(['auth']);
  });

  test('a store that gave no address is named', () => {
    const without = { ...addresses, stores: { ...stores, REDIS_URL: undefined as unknown as string } };
    expect(() => serviceSettings('chat', without, makeSecrets())).toThrow('REDIS_URL');
  });
});

test('the proxy upgrades the live connection to the gateway only', () => {
  const upgraded = Object.entries(proxyRules(addresses)).filter(([, rule]) => rule.ws);
  expect(upgraded).toEqual([
    ['/socket.io/', { target: 'http://127.0.0.1:18087', ws: true, changeOrigin: false }],
  ]);
});
