import { durationSeconds } from '../../api/index.ts';
import type { ServiceName } from '../../api/index.ts';
import {
  influxdbSettings,
  mailSettings,
  mongodbUrl,
  objectStorageSettings,
  postgresqlUrl,
  rabbitmqUrl,
  redisUrl,
  sqlSettings,
} from '../connections.ts';
import type { Settings } from '../connections.ts';
import { objectName } from '../labels.ts';
import { isDevelopment } from '../model.ts';
import type { Platform } from '../model.ts';
import { FCM_ACCOUNT_KEY, FCM_CA_KEY, referenceValue } from '../references.ts';

export const HTTP_PORT = 8080;
export const MANAGEMENT_PORT = 9090;

export const serviceUrl = (platform: { name: string }, service: ServiceName): string =>
  `http://${objectName(platform, service)}:${HTTP_PORT}`;

export interface ServiceDefinition {
  readonly name: ServiceName;
  /** Services that must serve before this one is rolled out. */
  readonly after: readonly ServiceName[];
  /** Whether `node src/migrate.ts` brings its schema up to date before it is rolled out. */
  readonly migrates: boolean;
  /** What it is told beyond the common settings. Connection settings are those a migration needs too. */
  readonly connections: (platform: Platform) => readonly Settings[];
  readonly settings: (platform: Platform) => Settings;
}

/** A setting in seconds, where the spec names a time. */
const seconds = (key: string, time: string | undefined): Record<string, string> =>
  time === undefined ? {} : { [key]: String(durationSeconds(time)) };

const NOTHING: Settings = { config: {}, secrets: {} };

const mongodb = (database: string) => (platform: Platform) => [
  { config: { MONGODB_DATABASE: database }, secrets: { MONGODB_URL: mongodbUrl(platform) } },
];

function authSettings({ spec, credentials }: Platform): Settings {
  const { accessTokenLifetime, refreshTokenLifetime, bootstrapAdmin } = spec.auth;
  return {
    config: {
      ACCESS_TOKEN_TTL_SECONDS: String(durationSeconds(accessTokenLifetime)),
      REFRESH_TOKEN_TTL_SECONDS: String(durationSeconds(refreshTokenLifetime)),
      BOOTSTRAP_ADMIN_USERNAME: bootstrapAdmin.username,
      BOOTSTRAP_ADMIN_EMAIL: bootstrapAdmin.email,
    },
    secrets: {
      JWT_SIGNING_KEY: credentials.jwtSigningKey,
      BOOTSTRAP_ADMIN_PASSWORD: credentials.adminPassword,
    },
  };
}

function pushSettings({ spec, references }: Platform): Settings {
  const fcm = spec.push.fcm;
  if (!spec.push.enabled || fcm === undefined) return { config: { PUSH_ENABLED: 'false' }, secrets: {} };
  const { credentialsSecretRef: account, caSecretRef: ca } = fcm;
  return {
    config: {
      PUSH_ENABLED: 'true',
      ...(fcm.endpoint === undefined ? {} : { PUSH_FCM_ENDPOINT: fcm.endpoint }),
      ...(ca === undefined ? {} : { PUSH_FCM_CA: referenceValue(references, ca.name, ca.key ?? FCM_CA_KEY) }),
    },
    secrets: {
      PUSH_FCM_CREDENTIALS: referenceValue(references, account.name, account.key ?? FCM_ACCOUNT_KEY),
    },
  };
}

const merge = (...parts: readonly Settings[]): Settings => ({
  config: Object.assign({}, ...parts.map((part) => part.config)) as Record<string, string>,
  secrets: Object.assign({}, ...parts.map((part) => part.secrets)) as Record<string, string>,
});

export const SERVICES: readonly ServiceDefinition[] = [
  {
    name: 'auth',
    after: [],
    migrates: true,
    connections: (platform) => [sqlSettings(platform)],
    settings: authSettings,
  },
  {
    name: 'user',
    after: ['auth'],
    migrates: true,
    connections: mongodb('user'),
    settings: () => NOTHING,
  },
  {
    name: 'chat',
    after: ['auth'],
    migrates: true,
    connections: mongodb('chat'),
    settings: (platform) => ({
      config: seconds('MESSAGE_MAX_AGE_SECONDS', platform.spec.retention.messages),
      secrets: { REDIS_URL: redisUrl(platform) },
    }),
  },
  {
    name: 'media',
    after: ['auth'],
    migrates: true,
    connections: mongodb('media'),
    settings: (platform) =>
      merge(objectStorageSettings(platform), {
        config: {
          CHAT_URL: serviceUrl(platform, 'chat'),
          USER_URL: serviceUrl(platform, 'user'),
          MEDIA_MAX_BYTES: String(platform.spec.limits.uploadBytes),
          ...seconds('MEDIA_MAX_AGE_SECONDS', platform.spec.retention.pictures),
        },
        secrets: { MEDIA_URL_SIGNING_KEY: platform.credentials.mediaUrlSigningKey },
      }),
  },
  {
    name: 'analytics',
    after: ['auth'],
    migrates: true,
    connections: (platform) => [
      { config: {}, secrets: { POSTGRES_URL: postgresqlUrl(platform) } },
      influxdbSettings(platform),
    ],
    settings: () => NOTHING,
  },
  {
    name: 'gateway',
    after: ['chat'],
    migrates: false,
    connections: () => [],
    settings: (platform) => ({
      config: {
        CHAT_URL: serviceUrl(platform, 'chat'),
        MAX_CONNECTIONS: String(platform.spec.limits.connectionsPerGateway),
        // Development is reached by port-forward and from other people's front ends; else only its own origin may.
        ...(isDevelopment(platform) ? { ALLOWED_ORIGINS: '*' } : {}),
      },
      secrets: { REDIS_URL: redisUrl(platform) },
    }),
  },
  {
    name: 'notification',
    after: ['chat'],
    migrates: true,
    connections: mongodb('notification'),
    settings: (platform) =>
      merge(mailSettings(platform), pushSettings(platform), {
        config: { GATEWAY_URL: serviceUrl(platform, 'gateway') },
        secrets: {},
      }),
  },
];

/** Where traces go: the spec's endpoint, the Jaeger that comes with profile Development, or nowhere. */
export function tracingEndpoint(platform: Platform): string | undefined {
  const { endpoint } = platform.spec.observability.tracing;
  return endpoint ?? (isDevelopment(platform) ? `http://${objectName(platform, 'jaeger')}:4318` : undefined);
}

function commonSettings(platform: Platform): Settings {
  const { spec, credentials, url } = platform;
  const traces = tracingEndpoint(platform);
  return {
    config: {
      HTTP_PORT: String(HTTP_PORT),
      MANAGEMENT_PORT: String(MANAGEMENT_PORT),
      LOG_LEVEL: spec.observability.logLevel,
      // While a load balancer's address is awaited the platform already runs, under the name the cluster knows.
      PUBLIC_URL: url ?? `http://${objectName(platform, 'web')}.${platform.namespace}.svc`,
      JWT_ISSUER: spec.auth.issuer,
      JWT_AUDIENCE: 'chatplatform',
      JWKS_URL: `${serviceUrl(platform, 'auth')}/.well-known/jwks.json`,
      SHUTDOWN_GRACE_SECONDS: '20',
      ...(traces === undefined
        ? {}
        : {
            OTEL_EXPORTER_OTLP_ENDPOINT: traces,
            OTEL_TRACES_SAMPLER_ARG: String(spec.observability.tracing.sampling),
          }),
    },
    secrets: { AMQP_URL: rabbitmqUrl(platform), INTERNAL_TOKEN_KEY: credentials.internalTokenKey },
  };
}

/** Everything one service is configured with. */
export function serviceSettings(platform: Platform, service: ServiceDefinition): Settings {
  return merge(commonSettings(platform), ...service.connections(platform), service.settings(platform));
}
