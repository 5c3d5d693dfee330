import { durationSeconds } from '../api/index.ts';
import type { EffectiveSpec, ExternalServer } from '../api/index.ts';
import { objectName } from './labels.ts';
import type { Platform } from './model.ts';
import { DATABASES } from './postgresql/logins.ts';
import { referenceValue } from './references.ts';
import { usedLogin } from './secrets/logins.ts';

/** What the services are told about a store: plain settings, and secrets that go to files. */
export interface Settings {
  readonly config: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

interface Endpoint {
  readonly scheme: string;
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly path?: string;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

function connectionUrl({ scheme, username, password, host, port, path, parameters }: Endpoint): string {
  const user = encodeURIComponent(username);
  const query = new URLSearchParams(parameters).toString();
  const address = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${user}:${encodeURIComponent(password)}@${address}:${port}${path ?? ''}${query && `?${query}`}`;
}

/** Secret values of an external server, or its whole URL. */
function externalUrl(
  platform: Platform,
  external: ExternalServer,
  build: (values: Record<string, string>) => string,
) {
  const values = platform.references.get(external.secretRef.name) ?? {};
  return values['url'] ?? build({ ...values });
}

const withTls = (external: ExternalServer) => external.tls ?? true;

export function rabbitmqUrl(platform: Platform): string {
  const external = platform.spec.stores.rabbitmq.external;
  if (external === undefined) {
    const { user: username, password } = usedLogin(platform.credentials, 'rabbitmqPassword');
    return connectionUrl({
      scheme: 'amqp',
      username,
      password,
      host: objectName(platform, 'rabbitmq'),
      port: 5672,
    });
  }
  return externalUrl(platform, external, ({ username = '', password = '', vhost }) =>
    connectionUrl({
      scheme: withTls(external) ? 'amqps' : 'amqp',
      username,
      password,
      host: external.host,
      port: external.port ?? 5671,
      path: vhost === undefined ? '' : `/${encodeURIComponent(vhost)}`,
      parameters: external.parameters,
    }),
  );
}

export function redisUrl(platform: Platform): string {
  const external = platform.spec.stores.redis.external;
  if (external === undefined) {
    return connectionUrl({
      scheme: 'redis',
      username: '',
      password: usedLogin(platform.credentials, 'redisPassword').password,
      host: objectName(platform, 'redis'),
      port: 6379,
    });
  }
  return externalUrl(platform, external, ({ username = '', password = '' }) =>
    connectionUrl({
      scheme: withTls(external) ? 'rediss' : 'redis',
      username,
      password,
      host: external.host,
      port: external.port ?? 6379,
      parameters: external.parameters,
    }),
  );
}

export function mongodbUrl(platform: Platform): string {
  const external = platform.spec.stores.mongodb.external;
  if (external === undefined) {
    const { user: username, password } = usedLogin(platform.credentials, 'mongodbPassword');
    return connectionUrl({
      scheme: 'mongodb',
      username,
      password,
      host: objectName(platform, 'mongodb'),
      port: 27017,
      path: '/',
      parameters: { authSource: 'admin' },
    });
  }
  return externalUrl(platform, external, ({ username = '', password = '' }) =>
    connectionUrl({
      scheme: 'mongodb',
      username,
      password,
      host: external.host,
      port: external.port ?? 27017,
      path: '/',
      parameters: { authSource: 'admin', tls: String(withTls(external)), ...external.parameters },
    }),
  );
}

function managedPostgresqlUrl(platform: Platform, database: keyof typeof DATABASES): string {
  const { user: username, password } = usedLogin(platform.credentials, DATABASES[database]);
  return connectionUrl({
    scheme: 'postgres',
    username,
    password,
    host: objectName(platform, 'postgresql'),
    port: 5432,
    path: `/${database}`,
  });
}

function externalPostgresqlUrl(
  platform: Platform,
  external: ExternalServer,
  defaultDatabase: string,
): string {
  return externalUrl(platform, external, ({ username = '', password = '', database = defaultDatabase }) =>
    connectionUrl({
      scheme: 'postgres',
      username,
      password,
      host: external.host,
      port: external.port ?? 5432,
      path: `/${database}`,
      parameters: { ...(withTls(external) ? { sslmode: 'verify-full' } : {}), ...external.parameters },
    }),
  );
}

export function postgresqlUrl(platform: Platform): string {
  const external = platform.spec.stores.postgresql.external;
  return external === undefined
    ? managedPostgresqlUrl(platform, 'analytics')
    : externalPostgresqlUrl(platform, external, 'analytics');
}

function sqlServerUrl(platform: Platform, external: ExternalServer | undefined): string {
  if (external === undefined) {
    const { user: username, password } = usedLogin(platform.credentials, 'sqlserverAuthPassword');
    return connectionUrl({
      scheme: 'mssql',
      username,
      password,
      host: objectName(platform, 'sqlserver'),
      port: 1433,
      path: '/auth',
      // The managed server's certificate is its own; the network between is the namespace's, fenced by policy.
      parameters: { encrypt: 'true', trustServerCertificate: 'true' },
    });
  }
  return externalUrl(platform, external, ({ username = '', password = '', database = 'auth' }) =>
    connectionUrl({
      scheme: 'mssql',
      username,
      password,
      host: external.host,
      port: external.port ?? 1433,
      path: `/${database}`,
      parameters: { encrypt: String(withTls(external)), ...external.parameters },
    }),
  );
}

export function sqlSettings(platform: Platform): Settings {
  const { engine, external } = platform.spec.stores.sql;
  const postgresql = () =>
    external === undefined
      ? managedPostgresqlUrl(platform, 'auth')
      : externalPostgresqlUrl(platform, external, 'auth');
  return {
    config: { SQL_ENGINE: engine },
    secrets: { SQL_URL: engine === 'PostgreSQL' ? postgresql() : sqlServerUrl(platform, external) },
  };
}

/**
 * How long the bucket keeps its series; 0: for ever. The migration sets it, so it belongs to the connection. Somebody
 * else's bucket is left as it is unless the spec names a time.
 */
function influxRetention({ spec }: Platform, isOurs: boolean): Record<string, string> {
  const { analytics } = spec.retention;
  if (analytics === undefined && !isOurs) return {};
  return { INFLUX_RETENTION_SECONDS: String(analytics === undefined ? 0 : durationSeconds(analytics)) };
}

export const INFLUX_ORG = 'chatplatform';

export function influxdbSettings(platform: Platform): Settings {
  const external = platform.spec.stores.influxdb.external;
  if (external === undefined) {
    const { user, password } = usedLogin(platform.credentials, 'influxdbPassword');
    return {
      config: {
        INFLUX_URL: `http://${objectName(platform, 'influxdb')}:8086`,
        INFLUX_ORG,
        INFLUX_BUCKET: 'metrics',
        INFLUX_USERNAME: user,
        ...influxRetention(platform, true),
      },
      secrets: { INFLUX_PASSWORD: password },
    };
  }
  return {
    config: {
      INFLUX_URL: external.url,
      INFLUX_ORG: external.org ?? INFLUX_ORG,
      INFLUX_BUCKET: external.bucket ?? 'metrics',
      ...influxRetention(platform, false),
    },
    secrets: { INFLUX_TOKEN: referenceValue(platform.references, external.secretRef.name, 'token') },
  };
}

export const AZURITE_ACCOUNT = 'chatplatform';

export function objectStorageSettings(platform: Platform): Settings {
  const external = platform.spec.stores.objectStorage.external;
  if (external?.s3 !== undefined) {
    const { endpoint, region, bucket, secretRef } = external.s3;
    return {
      config: {
        OBJECT_STORAGE_ENGINE: 'S3',
        OBJECT_STORAGE_BUCKET: bucket ?? 'media',
        S3_REGION: region,
        ...(endpoint === undefined ? {} : { S3_ENDPOINT: endpoint }),
      },
      secrets: {
        S3_ACCESS_KEY_ID: referenceValue(platform.references, secretRef.name, 'accessKeyId'),
        S3_SECRET_ACCESS_KEY: referenceValue(platform.references, secretRef.name, 'secretAccessKey'),
      },
    };
  }
  const blob = external?.azureBlob;
  return {
    config: { OBJECT_STORAGE_ENGINE: 'AzureBlob', OBJECT_STORAGE_BUCKET: blob?.bucket ?? 'media' },
    secrets: {
      AZURE_BLOB_CONNECTION_STRING:
        blob === undefined
          ? azuriteConnectionString(platform)
          : referenceValue(platform.references, blob.secretRef.name, 'connectionString'),
    },
  };
}

function azuriteConnectionString(platform: Platform): string {
  const endpoint = `http://${objectName(platform, 'object-storage')}:10000/${AZURITE_ACCOUNT}`;
  return `DefaultEndpointsProtocol=http;AccountName=${AZURITE_ACCOUNT};AccountKey=${platform.credentials.azuriteKey};BlobEndpoint=${endpoint};`;
}

type Smtp = NonNullable<EffectiveSpec['mail']['smtp']>;

const SMTP_PORTS = { Implicit: 465, StartTLS: 587, None: 25 } as const;

function externalSmtpUrl(platform: Platform, smtp: Smtp): string {
  const tls = smtp.tls ?? 'StartTLS';
  const scheme = tls === 'Implicit' ? 'smtps' : 'smtp';
  const login = smtp.credentialsSecretRef?.name;
  const value = (key: string) => encodeURIComponent(referenceValue(platform.references, login ?? '', key));
  const user = login === undefined ? '' : `${value('username')}:${value('password')}@`;
  const query = tls === 'StartTLS' ? '?requireTLS=true' : '';
  return `${scheme}://${user}${smtp.host}:${smtp.port ?? SMTP_PORTS[tls]}${query}`;
}

export function mailSettings(platform: Platform): Settings {
  const { smtp, from } = platform.spec.mail;
  const url =
    smtp === undefined ? `smtp://${objectName(platform, 'mail')}:1025` : externalSmtpUrl(platform, smtp);
  return { config: { MAIL_FROM: from }, secrets: { SMTP_URL: url } };
}
