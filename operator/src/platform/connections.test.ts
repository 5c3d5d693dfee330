import { describe, expect, test } from '@jest/globals';
import { platformOf } from '../../test/platform-of.ts';
import {
  influxdbSettings,
  mailSettings,
  mongodbUrl,
  objectStorageSettings,
  postgresqlUrl,
  rabbitmqUrl,
  redisUrl,
  sqlSettings,
} from './connections.ts';

const host = 'db.example.org';
const secretRef = { name: 'db' };
const references = (values: Record<string, string>) => ({ references: new Map([['db', values]]) });
const login = { username: 'ada', password: 'p@ss/word' };

describe('managed stores are reached by name, with generated passwords', () => {
  const platform = platformOf({ stores: { sql: { engine: 'PostgreSQL' } } });

  const passwords = platform.credentials;
  const sqlUrl = sqlSettings(platform).secrets['SQL_URL'] ?? '';
  test.each([
    [rabbitmqUrl(platform), 'amqp:', 'demo-rabbitmq', passwords.rabbitmqPassword],
    [redisUrl(platform), 'redis:', 'demo-redis', passwords.redisPassword],
    [mongodbUrl(platform), 'mongodb:', 'demo-mongodb', passwords.mongodbPassword],
    [postgresqlUrl(platform), 'postgres:', 'demo-postgresql', passwords.postgresqlAnalyticsPassword],
    [sqlUrl, 'postgres:', 'demo-postgresql', passwords.postgresqlAuthPassword],
  ])('%s', (url, ...expected) => {
    const { protocol, hostname, password } = new URL(url);
    expect([protocol, hostname, password]).toEqual(expected);
  });

  test('no two databases share a password', () => {
    const { credentials } = platform;
    expect(credentials.postgresqlAuthPassword).not.toBe(credentials.postgresqlAnalyticsPassword);
  });
});

describe('external stores', () => {
  test('by TLS unless that is switched off, credentials escaped', () => {
    const external = { host, secretRef };
    expect(rabbitmqUrl(platformOf({ stores: { rabbitmq: { external } } }, references(login)))).toBe(
      'amqps://ada:p%40ss%2Fword@db.example.org:5671',
    );
    expect(
      redisUrl(
        platformOf({ stores: { redis: { external: { ...external, tls: false } } } }, references(login)),
      ),
    ).toBe('redis://ada:p%40ss%2Fword@db.example.org:6379');
    expect(postgresqlUrl(platformOf({ stores: { postgresql: { external } } }, references(login)))).toBe(
      'postgres://ada:p%40ss%2Fword@db.example.org:5432/analytics?sslmode=verify-full',
    );
  });

  test('MongoDB takes parameters, of which the user’s win', () => {
    const external = { host, secretRef, parameters: { replicaSet: 'rs0', authSource: 'chat' } };
    expect(mongodbUrl(platformOf({ stores: { mongodb: { external } } }, references(login)))).toBe(
      'mongodb://ada:p%40ss%2Fword@db.example.org:27017/?authSource=chat&tls=true&replicaSet=rs0',
    );
  });

  test('a whole URL in the Secret wins over everything', () => {
    const url = 'mongodb+srv://ada:x@cluster.example.org/?retryWrites=true';
    const external = { host, secretRef };
    expect(mongodbUrl(platformOf({ stores: { mongodb: { external } } }, references({ url })))).toBe(url);
  });

  test('accounts on either engine', () => {
    const external = { host, secretRef };
    const url = (engine: 'SQLServer' | 'PostgreSQL') =>
      sqlSettings(platformOf({ stores: { sql: { engine, external } } }, references(login))).secrets[
        'SQL_URL'
      ];
    expect(url('SQLServer')).toBe('mssql://ada:p%40ss%2Fword@db.example.org:1433/auth?encrypt=true');
    expect(url('PostgreSQL')).toBe(
      'postgres://ada:p%40ss%2Fword@db.example.org:5432/auth?sslmode=verify-full',
    );
  });

  test('an IPv6 address is bracketed', () => {
    const external = { host: '2001:db8::1', secretRef, tls: false };
    const url = redisUrl(platformOf({ stores: { redis: { external } } }, references({ password: 'x' })));
    expect(url).toBe('redis://:x@[2001:db8::1]:6379');
  });

  test('InfluxDB is not set up when somebody else runs it', () => {
    const external = { url: 'https://influx.example.org', org: 'acme', secretRef };
    const { config, secrets } = influxdbSettings(
      platformOf({ stores: { influxdb: { external } } }, references({ token: 't' })),
    );
    expect(config).toEqual({
      INFLUX_URL: 'https://influx.example.org',
      INFLUX_ORG: 'acme',
      INFLUX_BUCKET: 'metrics',
    });
    expect(secrets).toEqual({ INFLUX_TOKEN: 't' });
  });

  test('object storage of either kind', () => {
    const s3 = objectStorageSettings(
      platformOf(
        { stores: { objectStorage: { external: { s3: { region: 'eu-1', bucket: 'pics', secretRef } } } } },
        references({ accessKeyId: 'id', secretAccessKey: 'key' }),
      ),
    );
    expect(s3).toEqual({
      config: { OBJECT_STORAGE_ENGINE: 'S3', OBJECT_STORAGE_BUCKET: 'pics', S3_REGION: 'eu-1' },
      secrets: { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'key' },
    });
    const blob = objectStorageSettings(
      platformOf(
        { stores: { objectStorage: { external: { azureBlob: { secretRef } } } } },
        references({ connectionString: 'DefaultEndpointsProtocol=https' }),
      ),
    );
    expect(blob.secrets).toEqual({ AZURE_BLOB_CONNECTION_STRING: 'DefaultEndpointsProtocol=https' });
  });
});

describe('mail', () => {
  const url = (smtp: object, values: Record<string, string> = login) =>
    mailSettings(platformOf({ mail: { smtp: { host: 'smtp.example.org', ...smtp } } }, references(values)))
      .secrets['SMTP_URL'];

  test.each([
    [{}, 'smtp://smtp.example.org:587?requireTLS=true'],
    [{ tls: 'Implicit', credentialsSecretRef: secretRef }, 'smtps://ada:p%40ss%2Fword@smtp.example.org:465'],
    [{ tls: 'None', port: 2525 }, 'smtp://smtp.example.org:2525'],
  ])('%j', (smtp, expected) => {
    expect(url(smtp)).toBe(expected);
  });

  test('is caught in profile Development', () => {
    expect(mailSettings(platformOf({})).secrets).toEqual({ SMTP_URL: 'smtp://demo-mail:1025' });
  });
});
