/** The seven services, in the order they start in. */
export const SERVICE_NAMES = [
  'auth',
  'user',
  'chat',
  'notification',
  'media',
  'gateway',
  'analytics',
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

export const PORTS = {
  web: 4200,
  http: {
    auth: 18081,
    user: 18082,
    chat: 18083,
    notification: 18084,
    media: 18085,
    gateway: 18087,
    analytics: 18088,
  },
  management: {
    auth: 19081,
    user: 19082,
    chat: 19083,
    notification: 19084,
    media: 19085,
    gateway: 19087,
    analytics: 19088,
  },
} as const;

/** What is made once and kept, so that tokens and signed links survive a restart of the inner loop. */
export interface DevSecrets {
  jwtSigningKey: string;
  internalTokenKey: string;
  mediaUrlSigningKey: string;
  influxPassword: string;
  adminPassword: string;
}

export interface Addresses {
  /** Settings of the running stores, by configuration key. */
  stores: Record<string, string>;
  /** Where people reach the platform. */
  publicUrl: string;
  /** How services reach one another; default: on this machine, by their ports. */
  host?: (service: ServiceName) => string;
  http: Record<ServiceName, number>;
  management: Record<ServiceName, number>;
  tracingEndpoint?: string;
  /** @default 'PostgreSQL' */
  sqlEngine?: 'PostgreSQL' | 'SQLServer';
}

/** A service's whole configuration as environment variables; the same keys that the operator mounts as files. */
export function serviceSettings(
  service: ServiceName,
  addresses: Addresses,
  secrets: DevSecrets,
): Record<string, string> {
  return {
    HTTP_PORT: String(addresses.http[service]),
    MANAGEMENT_PORT: String(addresses.management[service]),
    LOG_LEVEL: 'info',
    PUBLIC_URL: addresses.publicUrl,
    AMQP_URL: store(addresses, 'AMQP_URL'),
    JWT_ISSUER: 'chatplatform',
    JWT_AUDIENCE: 'chatplatform',
    JWKS_URL: `${urlOf(addresses, 'auth')}/.well-known/jwks.json`,
    INTERNAL_TOKEN_KEY: secrets.internalTokenKey,
    ...(addresses.tracingEndpoint === undefined
      ? {}
      : { OTEL_EXPORTER_OTLP_ENDPOINT: addresses.tracingEndpoint }),
    ...OWN_SETTINGS[service](addresses, secrets),
  };
}

const OWN_SETTINGS: Record<
  ServiceName,
  (addresses: Addresses, secrets: DevSecrets) => Record<string, string>
> = {
  auth: (addresses, secrets) => ({
    SQL_ENGINE: addresses.sqlEngine ?? 'PostgreSQL',
    SQL_URL: store(addresses, 'SQL_URL'),
    JWT_SIGNING_KEY: secrets.jwtSigningKey,
    BOOTSTRAP_ADMIN_USERNAME: 'admin',
    BOOTSTRAP_ADMIN_EMAIL: 'admin@chatplatform.example',
    BOOTSTRAP_ADMIN_PASSWORD: secrets.adminPassword,
  }),
  user: (addresses) => mongo(addresses, 'user'),
  chat: (addresses) => ({ ...mongo(addresses, 'chat'), REDIS_URL: store(addresses, 'REDIS_URL') }),
  notification: (addresses) => ({
    ...mongo(addresses, 'notification'),
    SMTP_URL: store(addresses, 'SMTP_URL'),
    MAIL_FROM: 'ChatPlatform <no-reply@chatplatform.example>',
    GATEWAY_URL: urlOf(addresses, 'gateway'),
  }),
  media: (addresses, secrets) => ({
    ...mongo(addresses, 'media'),
    CHAT_URL: urlOf(addresses, 'chat'),
    USER_URL: urlOf(addresses, 'user'),
    OBJECT_STORAGE_ENGINE: 'AzureBlob',
    AZURE_BLOB_CONNECTION_STRING: store(addresses, 'AZURE_BLOB_CONNECTION_STRING'),
    MEDIA_URL_SIGNING_KEY: secrets.mediaUrlSigningKey,
  }),
  gateway: (addresses) => ({
    REDIS_URL: store(addresses, 'REDIS_URL'),
    CHAT_URL: urlOf(addresses, 'chat'),
    ALLOWED_ORIGINS: addresses.publicUrl,
  }),
  analytics: (addresses, secrets) => ({
    POSTGRES_URL: store(addresses, 'POSTGRES_URL'),
    INFLUX_URL: store(addresses, 'INFLUX_URL'),
    INFLUX_PASSWORD: secrets.influxPassword,
  }),
};

function mongo(addresses: Addresses, database: string): Record<string, string> {
  return { MONGODB_URL: store(addresses, 'MONGODB_URL'), MONGODB_DATABASE: database };
}

function store(addresses: Addresses, key: string): string {
  const value = addresses.stores[key];
  if (value === undefined) throw new Error(`the stores gave no ${key}`);
  return value;
}

export function urlOf(addresses: Addresses, service: ServiceName): string {
  return `http://${addresses.host?.(service) ?? '127.0.0.1'}:${addresses.http[service]}`;
}

/** Services with a schema or indexes to bring up to date before they start. */
export const MIGRATED: readonly ServiceName[] = [
  'auth',
  'user',
  'chat',
  'notification',
  'media',
  'analytics',
];
